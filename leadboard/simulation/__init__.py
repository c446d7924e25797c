"""A firm that never sleeps: invented prospects who write in, and reps who claim, call and forget.

Everything goes through the real doors (HTTP intake, API with bearer tokens); the only thing that is
made directly is the people and the sources. Names, firms and texts are invented; addresses end in
the reserved `.example`.
"""
