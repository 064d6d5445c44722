"""A danger, at the investigation service that protects."""
