"""Is it alive? Heartbeats of the long-running programs, and the three addresses that tell.

Imports nothing of ours but `leadboard.http`, so that every part may beat here.
"""
