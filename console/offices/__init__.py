"""The offices of an installation, in several processes."""
