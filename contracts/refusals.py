"""Why an event was not taken: a code that software reads and a sentence that people read."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """Every reason for which an inbox refuses an event."""

    NOT_UTF8 = "not_utf8"
    MALFORMED_JSON = "malformed_json"
    TOO_LARGE = "too_large"
    UNICODE_UNSAFE = "unicode_unsafe"
    UNREADABLE = "unreadable"
    ENVELOPE_INVALID = "envelope_invalid"
    TYPE_UNKNOWN = "type_unknown"
    DATA_INVALID = "data_invalid"
    TIME_INVALID = "time_invalid"
    SENDER_MISMATCH = "sender_mismatch"
    NOT_SEALED = "not_sealed"
    SEAL_BROKEN = "seal_broken"
    SIGNATURE_INVALID = "signature_invalid"
    KEY_EXPIRED = "key_expired"
    NOT_ALLOWED = "not_allowed"
    NO_GROUND = "no_ground"
    MUNICIPALITY_UNKNOWN = "municipality_unknown"
    REGION_UNKNOWN = "region_unknown"
    CASE_UNKNOWN = "case_unknown"
    CASE_CLOSED = "case_closed"
    NOT_A_PARTY = "not_a_party"
    NOT_POSSIBLE_NOW = "not_possible_now"
    NOT_HANDLED = "not_handled"
    ID_REUSED = "id_reused"
    SEQUENCE_REUSED = "sequence_reused"
    SEQUENCE_AHEAD = "sequence_ahead"
    CHAIN_BROKEN = "chain_broken"
    CASE_ERASED = "case_erased"


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """A permanent fault of an event: it goes to the dead letters and its sender hears why.

    Attributes:
        code: For software.
        reason: For people: what was wrong and what to do. Never holds a value out of the event.
    """

    def __init__(self, code: RefusalCode, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
