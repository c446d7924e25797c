"""What is sent to prospects, and who is not to be written to."""
