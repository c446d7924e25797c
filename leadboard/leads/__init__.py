"""The lead, its life and its one log.

`lifecycle.move()` is the only door through which a lead changes; each change is one LeadEvent in
the same transaction. The sequencer numbers events after they are committed; everything that is
shown, counted, learnt or sent reads this log.
"""
