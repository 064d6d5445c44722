"""The log of processing, and what of it awaits a confirmation."""
