"""Measurements: what they draw is tested, and once in `make chaos` that they run."""
