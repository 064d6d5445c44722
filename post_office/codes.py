"""Every code with which a request can end: one table, from which the OpenAPI document is made and by which each answer is given.

What a recipient would refuse has the same code here (``RefusalCode``), so that a client knows one vocabulary.
"""

from http import HTTPStatus
from typing import NamedTuple

from contracts.refusals import RefusalCode


class Row(NamedTuple):
    """A code.

    Attributes:
        code: For software; it never changes its meaning.
        status: The HTTP status of such an answer.
        title: For people, always the same.
        again: Whether the same request, sent again later, can succeed.
    """

    code: str
    status: HTTPStatus
    title: str
    again: bool = False


_WRONG = HTTPStatus.BAD_REQUEST
_UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
_LATER = HTTPStatus.SERVICE_UNAVAILABLE

REFUSED = "refused"
ROWS = (
    Row("token_missing", HTTPStatus.UNAUTHORIZED, "No token was shown"),
    Row("token_unknown", HTTPStatus.UNAUTHORIZED, "Nobody has this token"),
    Row("scope_missing", HTTPStatus.FORBIDDEN, "This token may not do this"),
    Row("not_found", HTTPStatus.NOT_FOUND, "There is no such thing here"),
    Row("gone", HTTPStatus.GONE, "It was erased"),
    Row("method_not_allowed", HTTPStatus.METHOD_NOT_ALLOWED, "This method does nothing here"),
    Row("not_acceptable", HTTPStatus.NOT_ACCEPTABLE, "It cannot be had in the form that was asked for"),
    Row("content_type_unsupported", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content of this type is not read here"),
    Row("uri_too_long", HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long"),
    Row("headers_too_large", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large"),
    Row("rate_limited", HTTPStatus.TOO_MANY_REQUESTS, "Too many requests with this token", again=True),
    Row("too_many_waiting", HTTPStatus.TOO_MANY_REQUESTS, "Too many answers are held open", again=True),
    Row("too_busy", _LATER, "Too much is under way", again=True),
    Row("book_full", _LATER, "Nothing can be written now", again=True),
    Row("not_logged", _LATER, "Nothing can be written into the processing log now", again=True),
    Row("failed", _LATER, "A fault of the post office itself", again=True),
    Row("http_invalid", _WRONG, "This is not HTTP"),
    Row("parameter_invalid", _WRONG, "A parameter or header is not as it must be"),
    Row("cursor_unknown", _WRONG, "No event with this id stands in the feed"),
    Row("body_invalid", _UNFIT, "The body is not as it must be"),
    Row("batch_invalid", _UNFIT, "The batch is empty, too long or not a list"),
    Row("id_invalid", _UNFIT, "The event has no id, or one of another form"),
    Row("attribute_unknown", _UNFIT, "There is an attribute that is not taken here"),
    Row("attribute_invalid", _UNFIT, "An attribute is not as it must be"),
    Row("recipient_needed", _UNFIT, "Several agencies may take it"),
    Row("recipient_unknown", _UNFIT, "No agency has this slug"),
    Row("ground_needed", _UNFIT, "The catalogue allows several grounds"),
    Row("caseref_needed", _UNFIT, "This event belongs to a case"),
    Row("subject_taken", HTTPStatus.CONFLICT, "Another case has this number"),
    Row("mark_ahead", HTTPStatus.CONFLICT, "The mark would stand beyond the newest event"),
    Row("readers_full", HTTPStatus.CONFLICT, "There are as many readers as there may be"),
    Row("url_not_allowed", _UNFIT, "This address may not be an endpoint"),
    Row("name_taken", HTTPStatus.CONFLICT, "Another has this name"),
    Row("webhooks_full", HTTPStatus.CONFLICT, "There are as many endpoints as there may be"),
    Row("secrets_full", HTTPStatus.CONFLICT, "As many secrets sign as may"),
    Row(REFUSED, _UNFIT, "It cannot be taken as it is"),
    Row(RefusalCode.NOT_UTF8, _WRONG, "The body is not UTF-8"),
    Row(RefusalCode.MALFORMED_JSON, _WRONG, "The body is not JSON"),
    Row(RefusalCode.TOO_LARGE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "It is too large"),
    Row(RefusalCode.UNICODE_UNSAFE, _UNFIT, "A text holds characters that are not taken"),
    Row(RefusalCode.ENVELOPE_INVALID, _UNFIT, "It is no CloudEvent of this profile"),
    Row(RefusalCode.TYPE_UNKNOWN, _UNFIT, "The catalogue has no such event"),
    Row(RefusalCode.DATA_INVALID, _UNFIT, "The content does not fit the event's schema"),
    Row(RefusalCode.TIME_INVALID, _UNFIT, "The time cannot be right"),
    Row(RefusalCode.NOT_ALLOWED, _UNFIT, "The catalogue does not allow this"),
    Row(RefusalCode.NO_GROUND, _UNFIT, "It may not be shared on this ground"),
    Row(RefusalCode.MUNICIPALITY_UNKNOWN, _UNFIT, "No municipality has this code"),
    Row(RefusalCode.REGION_UNKNOWN, _UNFIT, "No region has this name"),
    Row(RefusalCode.CASE_UNKNOWN, _UNFIT, "The post office does not know this case"),
    Row(RefusalCode.CASE_CLOSED, _UNFIT, "The case has ended"),
    Row(RefusalCode.CASE_ERASED, _UNFIT, "The case was erased"),
    Row(RefusalCode.NOT_A_PARTY, _UNFIT, "This agency has no part in the case"),
    Row(RefusalCode.NOT_POSSIBLE_NOW, _UNFIT, "The case does not allow it now"),
    Row(RefusalCode.ID_REUSED, _UNFIT, "The id was used for something else"),
    Row(RefusalCode.KEY_EXPIRED, _LATER, "A key to sign or to seal is not valid now", again=True),
)
"""All of them."""

CODES: dict[str, Row] = {str(row.code): row for row in ROWS}


def row(code: str) -> Row:
    """What a code means; one that is not in the table is a refusal all the same, never a fault."""
    return CODES.get(code, CODES[REFUSED])
