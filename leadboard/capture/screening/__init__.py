"""The junk desk: what is kept apart, why, and how it comes back."""
