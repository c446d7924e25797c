"""Tables that people upload: mapped by looking, tried without effect, then brought in by a job that
survives.
"""
