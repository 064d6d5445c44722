"""A person in the national register."""
