"""Where a browser may be sent back to: a path of ours, and nothing else."""

import re

PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~:?&=%+-]{0,300}")


def way_back(path: str, query: str) -> str:
    """Where a page is, with what was chosen there; without that where it is too long, or nothing of ours."""
    whole = f"{path}?{query}"
    return whole if query and PATH.fullmatch(whole) else safe_path(path)


def safe_path(path: str) -> str:
    """The same path, or the first page where it is none of ours."""
    return path if PATH.fullmatch(path) else "/"
