"""What the code of a refusal means for whoever must do something about it."""

from collections.abc import Mapping
from enum import StrEnum, auto

from contracts.refusals import RefusalCode

C = RefusalCode


class Advice(StrEnum):
    """What is likely to help."""

    AGAIN = auto()
    CONTENT = auto()
    LINE = auto()
    SENDER = auto()
    FORGED = auto()
    BARE = auto()


_ADVICE = {
    Advice.AGAIN: {C.NOT_HANDLED, C.UNREADABLE, C.NOT_POSSIBLE_NOW, C.CASE_UNKNOWN, C.TIME_INVALID, C.NOT_ALLOWED},
    Advice.CONTENT: {C.DATA_INVALID, C.MUNICIPALITY_UNKNOWN, C.REGION_UNKNOWN},
    Advice.LINE: {C.CHAIN_BROKEN},
    Advice.SENDER: {
        *(
            C.NOT_UTF8,
            C.MALFORMED_JSON,
            C.TOO_LARGE,
            C.UNICODE_UNSAFE,
            C.ENVELOPE_INVALID,
            C.TYPE_UNKNOWN,
            C.NOT_SEALED,
            C.NO_GROUND,
        ),
        *(C.KEY_EXPIRED, C.CASE_CLOSED, C.NOT_A_PARTY, C.ID_REUSED, C.SEQUENCE_REUSED, C.SEQUENCE_AHEAD, C.CASE_ERASED),
    },
    Advice.FORGED: {C.SENDER_MISMATCH, C.SEAL_BROKEN, C.SIGNATURE_INVALID},
}
ADVICE: Mapping[str, Advice] = {code.value: advice for advice, codes in _ADVICE.items() for code in codes}
"""By the code of a refusal."""

AT_FAULT = frozenset({C.DATA_INVALID, C.ENVELOPE_INVALID, C.UNICODE_UNSAFE, C.NO_GROUND, C.TIME_INVALID})
"""Codes whose fault is at a place that the models know."""

BY_NAME = {C.MUNICIPALITY_UNKNOWN.value: "municipality", C.REGION_UNKNOWN.value: "care_region"}
"""Codes whose fault is the value of a field, and how that field is called."""


class Dismissal(StrEnum):
    """Why nobody needs a dead letter any more."""

    SENT_ANEW = "sent_anew"
    DONE_OTHERWISE = "done_otherwise"
    NOT_FOR_US = "not_for_us"
    NO_MEANING = "no_meaning"
