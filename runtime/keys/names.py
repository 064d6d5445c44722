"""What the keys of cases are called."""

OUTLIVES = "r"
"""With what a key's name begins that is not of a case but of what is kept about keeping it; references begin with a k."""


def outliving(reference: str) -> str:
    """The name of the key that outlives a case: of what is kept about erasing it, in which nothing of a person stands."""
    return f"{OUTLIVES}{reference[1:]}"
