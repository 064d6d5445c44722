"""What in a book cannot be read: altered on its disk, or without the key of its case. A person hears, and the rest goes on."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from contracts.alarms import AlarmCode
from post_office.sealing import Altered, Place
from runtime.keys.case_keys import CaseKeyMissing
from runtime.office.watching import Finding

MOST = 50
"""So many cases are named; where there are more, it is the whole book, or its keys."""

UNREADABLE = (Altered, CaseKeyMissing)


class Damage:
    """Places that could not be read when somebody last tried."""

    def __init__(self) -> None:
        self._found: dict[Place, tuple[str, str]] = {}
        self._more = False

    @contextmanager
    def noting(self, place: Place, reference: str) -> Generator[None]:
        """Note whether what is read within can be read.

        Args:
            place: Where it lies.
            reference: Of its case.
        """
        try:
            yield
        except UNREADABLE as error:
            self._note(place, reference, "was altered" if isinstance(error, Altered) else "has no key")
            raise
        self._found.pop(place, None)
        self._more &= bool(self._found)

    def findings(self) -> Sequence[Finding]:
        """What a person must know: a finding for each case."""
        cases = {reference: f"{place[0]} {why}" for place, (reference, why) in list(self._found.items())}
        found = [
            Finding(AlarmCode.BOOK_DAMAGED, reference, f"something of this case in the book cannot be read: {what}", reference)
            for reference, what in cases.items()
        ]
        if self._more:
            words = f"of more than {MOST} cases something in the book cannot be read: are these its keys, and is it whole?"
            found.append(Finding(AlarmCode.BOOK_DAMAGED, "more", words))
        return found

    def _note(self, place: Place, reference: str, why: str) -> None:
        if place in self._found or len(self._found) < MOST:
            self._found[place] = reference, why
        else:
            self._more = True
