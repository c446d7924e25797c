"""Plots drawn on the server as inline SVG: no script, no style attribute, the same in page and mail.

A figure is drawn twice, 520 and 300 wide, and the page shows the one that fits: text never scales. Its
headline is the finding; its numbers stand below it as a table and can be had as CSV.
"""
