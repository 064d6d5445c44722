"""The national register in SQL."""
