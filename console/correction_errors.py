"""Why a correction is not taken."""

from collections.abc import Sequence
from typing import Any


class NotCorrected(ValueError):  # noqa: N818 - named as what is the case
    """It can never be corrected here: only its sender can."""


class WrongCorrection(ValueError):  # noqa: N818 - named as what is the case
    """What was written would be refused, too.

    Attributes:
        faults: What is wrong, and where.
    """

    def __init__(self, faults: Sequence[Any]) -> None:
        super().__init__("; ".join(filter(None, (f"{fault.path} {fault.said or fault.kind}".strip() for fault in faults))))
        self.faults = tuple(faults)


class SamePerson(ValueError):  # noqa: N818 - named as what is the case
    """Who wrote a correction does not release it."""
