"""What the book says of a draft or a mark that it cannot take, beside the codes of ``contracts.refusals``."""

from enum import StrEnum

OWN = "\0"
"""With what the ids begin of what a post office says by itself: no agency's own system can give such a one."""


class Code(StrEnum):
    """The post office's own: only an agency's own systems hear them."""

    ID_INVALID = "id_invalid"
    BATCH_INVALID = "batch_invalid"
    ATTRIBUTE_INVALID = "attribute_invalid"
    PARAMETER_INVALID = "parameter_invalid"
    RECIPIENT_NEEDED = "recipient_needed"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    GROUND_NEEDED = "ground_needed"
    CASEREF_NEEDED = "caseref_needed"
    SUBJECT_TAKEN = "subject_taken"
    MARK_AHEAD = "mark_ahead"
    READERS_FULL = "readers_full"
