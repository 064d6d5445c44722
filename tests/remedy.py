"""Two lists that must name the same things: when they do not, the message says which names differ and what to write where."""

from collections.abc import Iterable


def assert_same(found: Iterable[object], wanted: Iterable[object], remedy: str) -> None:
    """Everything that is wanted is found, and nothing else."""
    here, there = set(found), set(wanted)
    missing, left_over = (sorted(map(str, names)) for names in (there - here, here - there))
    assert here == there, "\n".join(
        [*(f"missing: {name}" for name in missing), *(f"nobody needs any more: {name}" for name in left_over), remedy]
    )
