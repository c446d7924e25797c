"""What the firm knows of companies: its own table, target accounts, dated signals, and what providers say.

A lead belongs to a company by the registrable domain of its address or site, else by the company's name;
where two companies could be meant nobody guesses.
"""
