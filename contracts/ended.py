"""What is written down of a file that has ended."""

from pydantic import AwareDatetime

from contracts.event import File
from contracts.reference import Reference
from contracts.text import Line, Model


class EndedFile(Model):
    """A file that has ended here.

    Attributes:
        kind: Of which kind it is.
        system: The kind, with a number where a case has several at one agency.
        until: When its term of retention ends, by the calendar of the agency.
    """

    reference: Reference
    kind: File
    system: Line
    until: AwareDatetime
