"""Events as they come over HTTP: structured, binary or in a batch (CloudEvents 1.0, HTTP binding and JSON format)."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Request

from contracts.attributes import CLOCK_SKEW, media_type
from contracts.reference import ALPHABET
from contracts.refusals import RefusalCode, Refused
from contracts.strict_json import parse, parse_list
from contracts.words import Ground
from post_office import body
from post_office.limits import Limits
from post_office.ports import Draft
from post_office.problems import Problem, from_contract

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~=+-]{0,127}")
"""Of an event: it stands in an address, so it has nothing that an address would quote."""
TAKEN = frozenset({"type", "data", "id", "ground", "recipient", "caseref", "subject", "causationid"})
"""What a client gives."""
LEFT = frozenset({"specversion", "source", "time", "datacontenttype", "dataschema", "traceparent", "tracestate"})
"""What libraries for CloudEvents write by themselves: the post office gives its own on the way out."""
LONGEST = 500
"""Characters of an attribute of which nothing else is said."""
OLDEST = timedelta(days=30)
"""An event that waited longer at its sender than this has a clock that is wrong, or is news to nobody."""

_REFERENCE = re.compile(rf"k[{ALPHABET}]{{24}}")
_SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")
_FEED_ID = re.compile(r"[0-9a-f][0-9a-f-]{7,63}")
_TYPE = re.compile(r"[A-Za-z0-9.-]{1,100}")
_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

_FORMS: dict[str, tuple[Callable[[str], object], str]] = {
    "type": (_TYPE.fullmatch, "as in the catalogue: GET /v1/catalogue"),
    "ground": (lambda text: text in set(Ground), f"one of {', '.join(Ground)}"),
    "recipient": (_SLUG.fullmatch, "the slug of an agency: GET /v1/agencies"),
    "caseref": (_REFERENCE.fullmatch, "a case reference as this post office gave it; leave it out for a new case"),
    "causationid": (_FEED_ID.fullmatch, "the id of the event that it answers, as it stands in the feed"),
    "subject": (lambda text: len(text) <= 100 and text.isprintable(), "your own case number: up to 100 characters on one line"),
}


async def drafts(request: Request, limits: Limits, now: datetime) -> tuple[list[Draft], bool]:
    """What a request hands in, and whether it is a batch.

    Raises:
        Problem: It is no CloudEvent, or has something that is not taken.
    """
    kind = body.media_type(request)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("content_type_unsupported", "send the body as it is, without Content-Encoding")
    key = _key(request)
    if kind == BATCH:
        if key:
            raise Problem("parameter_invalid", "a batch has an id in each event, and no Idempotency-Key", ["Idempotency-Key"])
        raw = await body.body_of(request, limits.body)
        return [_draft(event, now, f"/{index}") for index, event in enumerate(_batch(raw, limits))], True
    if kind == STRUCTURED:
        return [_draft(await _parsed(request, limits), now, key=key)], False
    if "ce-specversion" in request.headers or "ce-type" in request.headers:
        if kind != "application/json":
            raise Problem("content_type_unsupported", "the content of every event is JSON: send it as application/json")
        attributes = _attributes(request)
        return [_draft({**attributes, "data": await _parsed(request, limits)}, now, key=key)], False
    raise Problem(
        "content_type_unsupported", f"send a CloudEvent as {STRUCTURED}, several as {BATCH}, or one in ce- headers with JSON"
    )


async def _parsed(request: Request, limits: Limits) -> dict[str, Any]:
    raw = await body.body_of(request, limits.event)
    try:
        return parse(raw)
    except Refused as refused:
        from_contract(refused)


def _batch(raw: bytes, limits: Limits) -> list[dict[str, Any]]:
    try:
        events = parse_list(raw)
    except Refused as refused:
        from_contract(refused)
    if not 0 < len(events) <= limits.batch:
        raise Problem("batch_invalid", f"a batch has 1 to {limits.batch} events")
    wrong = [f"/{index}" for index, event in enumerate(events) if not isinstance(event, dict)]
    if wrong:
        raise Problem("batch_invalid", "each part of a batch is a CloudEvent, a JSON object", wrong[:10])
    return events


def _attributes(request: Request) -> dict[str, Any]:
    """Out of the headers that begin with ``ce-``."""
    found: dict[str, Any] = {}
    for name, value in request.headers.raw:
        attribute = name.decode("latin-1").lower().removeprefix("ce-")
        if attribute == name.decode("latin-1").lower():
            continue
        if attribute in found:
            raise Problem("attribute_invalid", "a ce- header stands twice", _at("", attribute))
        if attribute in {"data", "datacontenttype"}:
            raise Problem("attribute_unknown", "in binary mode the content is the body, and Content-Type says of what type")
        found[attribute] = _decoded(value, attribute)
    return found


def _decoded(value: bytes, attribute: str) -> str:
    """HTTP binding, section 3.1.3.2: quotes go first, then one round of percent decoding."""
    text = value.decode("latin-1").strip()
    quoted = _QUOTED.fullmatch(text)
    text = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    words = "a value in a ce- header is ASCII; what is not is UTF-8 in percent encoding (CloudEvents, HTTP binding, 3.1.3.2)"
    wrong = Problem("attribute_invalid", words, _at("", attribute))
    if not text.isascii() or _ESCAPE.search(text):
        raise wrong
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise wrong from None


def _key(request: Request) -> str | None:
    """The header of the IETF draft: a text in quotes; most clients leave these out."""
    given = request.headers.getlist("idempotency-key")
    if not given:
        return None
    key = given[0][1:-1] if len(given[0]) > 1 and given[0][0] == given[0][-1] == '"' else given[0]
    if len(given) > 1 or not ID.fullmatch(key):
        raise Problem(
            "parameter_invalid", "Idempotency-Key stands once, with up to 128 of A-Z a-z 0-9 . _ : ~ = + -", ["Idempotency-Key"]
        )
    return key


def _draft(event: Mapping[str, Any], now: datetime, at: str = "", key: str | None = None) -> Draft:
    fields = {name: value for name, value in event.items() if value is not None}  # JSON format, section 2.2: null is absent
    _refuse_names(fields, at)
    for name in fields.keys() - {"data"}:
        _refuse_text(fields[name], name, at)
    if fields.get("specversion") != "1.0":
        raise Problem("envelope_invalid", 'specversion must be there, and "1.0"', [f"{at}/specversion"])
    _refuse_time(fields.get("time"), now, at)
    if media_type(fields.get("datacontenttype", "application/json")) != "application/json":
        raise Problem("envelope_invalid", "datacontenttype is application/json, or left out", [f"{at}/datacontenttype"])
    for name, (fits, form) in _FORMS.items():
        if name in fields and not fits(fields[name]):
            raise Problem("attribute_invalid", f"`{name}` must be {form}", [f"{at}/{name}"])
    return Draft(
        _id(fields, at, key),
        _needed(fields, "type", at, str),
        _needed(fields, "data", at, dict),
        Ground(fields["ground"]) if "ground" in fields else None,
        fields.get("recipient"),
        fields.get("caseref"),
        fields.get("subject"),
        fields.get("causationid"),
    )


def _id(fields: Mapping[str, Any], at: str, key: str | None) -> str:
    given = key or fields.get("id")
    if given is None:
        words = "give the event an `id` of your own, or send an Idempotency-Key: without it a repeat would be another event"
        raise Problem("id_invalid", words, [f"{at}/id"])
    if not ID.fullmatch(given):
        raise Problem("id_invalid", "an id has up to 128 of A-Z a-z 0-9 . _ : ~ = + -, a letter or digit first", [f"{at}/id"])
    return given


def _needed(fields: Mapping[str, Any], name: str, at: str, kind: type[Any]) -> Any:
    if isinstance(fields.get(name), kind):
        return fields[name]
    form = "the content as a JSON object" if kind is dict else "as in the catalogue"
    raise Problem("envelope_invalid", f"`{name}` must be there: {form}", [f"{at}/{name}"])


def _refuse_names(fields: Mapping[str, Any], at: str) -> None:
    unknown = sorted(fields.keys() - TAKEN - LEFT)
    if unknown:
        pointers = [pointer for name in unknown for pointer in _at(at, name)][:10]
        words = f"there is an attribute that is not taken here; taken are {', '.join(sorted(TAKEN))}"
        raise Problem("attribute_unknown", words, pointers)


def _refuse_text(value: Any, name: str, at: str) -> None:
    if not isinstance(value, str) or not value or len(value) > LONGEST:
        raise Problem("attribute_invalid", f"`{name}` is a text of 1 to {LONGEST} characters", [f"{at}/{name}"])
    if any(not letter.isprintable() for letter in value):
        raise Problem("attribute_invalid", f"`{name}` holds a character that cannot be seen", [f"{at}/{name}"])


def _refuse_time(written: Any, now: datetime, at: str) -> None:
    if written is None:
        return
    form = Problem(RefusalCode.TIME_INVALID, "write `time` with its offset, like 2026-03-02T12:00:00Z", [f"{at}/time"])
    if not _RFC3339.fullmatch(written):
        raise form
    try:
        time = datetime.fromisoformat(written.upper())
    except ValueError:
        raise form from None
    if not now - OLDEST < time < now + CLOCK_SKEW:
        words = (
            f"`time` lies more than {CLOCK_SKEW.seconds // 60} minutes ahead of this clock, or {OLDEST.days} days behind it; the "
            "header Date of this answer says how late it is here"
        )
        raise Problem(RefusalCode.TIME_INVALID, words, [f"{at}/time"])


def _at(at: str, name: str) -> list[str]:
    """A pointer to an attribute, where its name is one of CloudEvents; of another name nothing is said again."""
    return [f"{at}/{name}"] if re.fullmatch(r"[a-z0-9_]{1,20}", name) else []
