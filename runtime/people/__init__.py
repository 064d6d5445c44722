"""People who work at an agency, and the lists of them."""
