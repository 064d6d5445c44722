"""How much one person has under way at a time."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from console.door.problems import Problem, Refusal


class Turns:
    """How many requests of each person are under way.

    Args:
        at_once: How many there may be.
        too_many: What is said of one more.
    """

    def __init__(self, at_once: int, too_many: Refusal) -> None:
        self._at_once = at_once
        self._too_many = too_many
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def of(self, person: str) -> Generator[None]:
        """Have one more.

        Raises:
            Problem: 429.
        """
        if self._under_way[person] >= self._at_once:
            raise Problem(self._too_many)
        self._under_way[person] += 1
        try:
            yield
        finally:
            self._under_way[person] -= 1
            self._under_way += Counter()  # forgets whoever has none
