"""Users, roles, teams, working hours, availability; and who may do what."""
