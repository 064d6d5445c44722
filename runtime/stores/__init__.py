"""Which stores a home has, and by what they are known."""
