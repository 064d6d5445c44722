"""Where lines stand in the book: the numbers and fingerprints of ``contracts.lines``, encrypted."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from post_office.sealing import seal, unseal
from runtime.post_office.tables import LINE


class LineName(NamedTuple):
    """Which line.

    Attributes:
        reference: Of the case.
        way: ``out`` or ``in``.
        other: Slug of the other agency.
        name: Who writes it, and for which kind of file.
    """

    reference: str
    way: str
    other: str
    name: str


class Line:
    """A line of a case, as the writer has it in hand."""

    def __init__(self, number: int, state: Any, key: bytes) -> None:
        self.id = number
        self.state = state
        self._key = key

    def write(self, connection: Connection, state: Any) -> None:
        """Put down how far it is now."""
        sealed = seal(self._key, _place(self.id), state)
        connection.execute(update(LINE).where(LINE.c.id == self.id).values(state=sealed))


def line_of(connection: Connection, name: LineName, key: bytes) -> Line:
    """A line, which begins where there is none; its state is None then."""
    this = {"case_reference": name.reference, "way": name.way, "other": name.other, "name": name.name}
    query = select(LINE).where(*(LINE.c[column] == value for column, value in this.items()))
    row = connection.execute(query).mappings().first()
    if row is None:
        made = connection.execute(insert(LINE).returning(LINE.c.id), this).scalar_one()
        return Line(made, None, key)
    return Line(row["id"], unseal(key, _place(row["id"]), row["state"]) if row["state"] else None, key)


def _place(number: int) -> tuple[str, str]:
    return "line", str(number)
