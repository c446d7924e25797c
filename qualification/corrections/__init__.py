"""What people say against the machine: corrections of a class, which teach the firm's word model, and
overrides of score and route, which hold until somebody gives the lead back to the machine.
"""
