"""What a message says: its class, its words, and what it tells of budget, time and need."""
