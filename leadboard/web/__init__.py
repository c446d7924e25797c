"""The front door of the web program: daphne, with limits on how much a stranger may send and how slowly.

Daphne takes in a whole request before it calls the application: a gigabyte, or a byte every ten seconds,
would only be judged at its end. `python -m leadboard.web` judges it as it comes.
"""
