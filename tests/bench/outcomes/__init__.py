"""`make bench-scoring`: how well the product's own learner ranks and promises on leads whose end is known,
beside everything one could have used instead, on the same rows in the same run.

    table.py     any CSV and a mapping → the facts of each lead as the product keeps them, oldest first
    rivals.py    scorecard, the naive Bayes of a CRM, logistic regression, boosted trees …
    protocol.py  the fixed protocol: shuffled folds, the newest 20 %, the learning curve
    report.py    the tables
"""
