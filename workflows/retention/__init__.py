"""What is kept after the end, and erased."""
