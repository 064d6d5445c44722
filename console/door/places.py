"""Where a browser may be sent back to: a path of ours, and nothing else."""

import re

PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~:?&=%+-]{0,300}")


def safe_path(path: str) -> str:
    """The same path, or the first page where it is none of ours."""
    return path if PATH.fullmatch(path) else "/"
