"""leadboard: one live board that marketing and sales share.

The core and the project package. Imports point one way:

    http ← people ← playbook ← leads ← capture, board, notify ← qualification, handoff ← frame

where the frame is settings, urls, asgi, wiring, checks and the commands. What one part has to
make happen in another travels as an event through `leadboard.wiring`, never as an import.
"""
