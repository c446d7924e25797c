"""A run over 9,240 real leads (X Education; the file is not ours to ship): through the real intake of a
running product, in order of time, to see how well the score ranks leads whose end is known.

    table.py    the file, and which columns may be looked at when a lead comes in
    door.py     posting over HTTP, several connections at once
    watch.py    when a lead was announced to the boards
    course.py   the run: post the oldest, record how they ended, train, post the newest, compare
"""
