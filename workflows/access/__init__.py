"""A person asks what is held: gathering it, and answering."""
