"""What can be said of a draft before anybody else is asked: a refusal names fields and rules, never a value."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from contracts.agencies import Agency, Directory
from contracts.catalogue import CATALOGUE, may_send
from contracts.event import Event
from contracts.places import CARE_REGIONS, Atlas
from contracts.refusals import RefusalCode
from contracts.words import Ground
from post_office.own_codes import Code
from post_office.ports import Draft, Refusal

OURS = "nl.keten.deliveries."
"""With what the types begin of what a post office says by itself."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
DEEPEST = 20
MOST_POINTERS = 20


class Checked(NamedTuple):
    """A draft that can be sent."""

    event: Event
    recipient: Agency
    ground: Ground


def check(draft: Draft, me: Agency, directory: Directory, atlas: Atlas) -> Checked:
    """Look at everything that needs nobody else.

    Raises:
        Refusal: It cannot be sent as it is.
    """
    kind = _class_of(draft)
    recipient = _recipient_of(draft, kind, me, directory)
    event = _event_of(draft, kind)
    _refuse_untold(draft, event, recipient)
    _refuse_places(draft, event, atlas)
    return Checked(event, recipient, _ground_of(draft, event, me))


def _class_of(draft: Draft) -> type[Event]:
    if draft.type not in CATALOGUE:
        raise Refusal(RefusalCode.TYPE_UNKNOWN, "this event type is not in the catalogue; `keten events` lists them", ["/type"])
    kind = CATALOGUE[draft.type]
    if draft.type.startswith(OURS) or kind.rule.itself:
        raise Refusal(RefusalCode.NOT_ALLOWED, "an event of this type is sent by the post office itself", ["/type"])
    return kind


def _recipient_of(draft: Draft, kind: type[Event], me: Agency, directory: Directory) -> Agency:
    able = [agency for agency in directory.agencies if may_send(me, agency, kind)]
    if not able:
        raise Refusal(RefusalCode.NOT_ALLOWED, "an agency of this kind does not send this event", ["/type"])
    if draft.recipient is None:
        if len(able) > 1:
            raise Refusal(Code.RECIPIENT_NEEDED, "several agencies may take this event: name one", ["/recipient"])
        return able[0]
    if draft.recipient not in directory.by_slug:
        raise Refusal(Code.RECIPIENT_UNKNOWN, "no agency of the directory has this name", ["/recipient"])
    found = directory.by_slug[draft.recipient]
    if found not in able:
        raise Refusal(RefusalCode.NOT_ALLOWED, "that agency does not take this event from this one", ["/recipient"])
    return found


def _event_of(draft: Draft, kind: type[Event]) -> Event:
    if not _is_shallow(draft.data, DEEPEST):
        raise Refusal(RefusalCode.DATA_INVALID, f"it is nested deeper than {DEEPEST} levels", ["/data"])
    try:
        return kind.model_validate_json(json.dumps(draft.data, allow_nan=False), strict=True, extra="forbid")
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)[:MOST_POINTERS]
        code = RefusalCode.DATA_INVALID
        unsafe = f"{RefusalCode.UNICODE_UNSAFE}: "
        if any(unsafe in fault["msg"] for fault in faults):
            code = RefusalCode.UNICODE_UNSAFE
        words = "; ".join(dict.fromkeys(fault["msg"].removeprefix("Value error, ").removeprefix(unsafe) for fault in faults[:5]))
        raise Refusal(code, words, list(dict.fromkeys(_pointer("data", *fault["loc"]) for fault in faults))) from None
    except (TypeError, ValueError, RecursionError):
        raise Refusal(RefusalCode.DATA_INVALID, "it is no JSON", ["/data"]) from None


def _refuse_untold(draft: Draft, event: Event, recipient: Agency) -> None:
    """Fields that an agency of the recipient's kind is not told may not be handed in for it."""
    full, told = event.model_dump(mode="json"), event.told_to(recipient.kind)
    pointers = [pointer for pointer in _missing(full, told, "/data") if _at(draft.data, pointer) is not None]
    if pointers:
        raise Refusal(RefusalCode.NOT_ALLOWED, "an agency of that kind is not told this: leave it out", pointers[:MOST_POINTERS])


def _refuse_places(draft: Draft, event: Event, atlas: Atlas) -> None:
    for place in event.places():
        try:
            atlas.municipality(place, datetime.now(UTC).date())
        except LookupError:
            words = "no municipality has this CBS code; they look like GM0995 (Lelystad)"
            raise Refusal(RefusalCode.MUNICIPALITY_UNKNOWN, words, _where(draft.data, place)) from None
    if getattr(event, "care_region", None) not in {None, *CARE_REGIONS}:
        words = f"`care_region` must be one of: {', '.join(sorted(CARE_REGIONS))}"
        raise Refusal(RefusalCode.REGION_UNKNOWN, words, ["/data/care_region"])


def _ground_of(draft: Draft, event: Event, me: Agency) -> Ground:
    """No ground is chosen by software where there are several."""
    possible = event.grounds()
    words = f"say on which of these it is shared: {', '.join(possible)}"
    if draft.ground is None and len(possible) != 1:
        raise Refusal(Code.GROUND_NEEDED, words, ["/ground"])
    if draft.ground is not None and draft.ground not in possible:
        raise Refusal(RefusalCode.NO_GROUND, words, ["/ground"])
    objection = event.objection(me)
    if objection:
        raise Refusal(RefusalCode.NO_GROUND, objection, ["/data"])
    return draft.ground or possible[0]


def _is_shallow(value: Any, left: int) -> bool:
    if isinstance(value, Mapping | list | tuple):
        inner = cast("Mapping[Any, Any]", value).values() if isinstance(value, Mapping) else cast("list[Any]", value)
        return left > 0 and all(_is_shallow(one, left - 1) for one in inner)
    return True


def _missing(full: Any, told: Any, pointer: str) -> Iterator[str]:
    """Pointers to what stands in the one and not in the other."""
    if isinstance(full, dict) and isinstance(told, dict):
        fields, kept = cast("dict[str, Any]", full), cast("dict[str, Any]", told)
        for name, value in fields.items():
            yield from _missing(value, kept[name], f"{pointer}/{name}") if name in kept else [f"{pointer}/{name}"]
    elif isinstance(full, list) and isinstance(told, list):
        for index, (one, other) in enumerate(zip(cast("list[Any]", full), cast("list[Any]", told), strict=False)):
            yield from _missing(one, other, f"{pointer}/{index}")


def _at(data: Any, pointer: str) -> Any:
    found = data
    for part in pointer.split("/")[2:]:
        if isinstance(found, Mapping):
            found = cast("Mapping[str, Any]", found).get(part)
        elif isinstance(found, list | tuple):
            found = cast("list[Any]", found)[int(part)]
        else:
            return None
    return found


def _where(data: Any, value: str, *path: str | int) -> list[str]:
    """Pointers to every place in which a value stands."""
    if data == value:
        return [_pointer("data", *path)]
    inner: list[tuple[str | int, Any]] = []
    if isinstance(data, Mapping):
        inner = list(cast("Mapping[str, Any]", data).items())
    elif isinstance(data, list | tuple):
        inner = list(enumerate(cast("list[Any]", data)))
    return [pointer for name, one in inner for pointer in _where(one, value, *path, name)]


def _pointer(*path: str | int) -> str:
    """As in RFC 6901, up to where a name is none that a field can have: that may say something of a person."""
    named = takewhile(lambda part: isinstance(part, int) or _NAME.fullmatch(part), path)
    return "".join(f"/{part}" for part in named)
