"""What a coordinator observed of a crime, kept apart from the care for a person."""
