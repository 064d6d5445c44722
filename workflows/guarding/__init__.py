"""A child, at whoever protects it."""
