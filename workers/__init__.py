"""One file per kind of agency: which workflows it runs and what they may ask of the world."""
