"""A signal at the desk, until somebody owns it."""
