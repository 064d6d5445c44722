"""A case at its care coordinator or at CoMensha, with what is done in it side by side."""
