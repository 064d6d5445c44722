"""Lines for a shell that do what an agency's system does: ready to be run, each once."""

import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

from console.sandbox.acts import ACTS, Act
from console.sandbox.cast import Cast
from console.sandbox.passing import Passed
from contracts.event import Event
from contracts.words import AgencyKind as K

MEDIA = "application/cloudevents+json"
POST, CASE, TOKEN = "POST", "POST_CASE", "token"
"""Variables with the address of the post office and the reference of a case, and the file with the token."""
CURL = f"curl --fail-with-body -sS -H @{TOKEN}"


class Line(NamedTuple):
    """A line, and what it does.

    Attributes:
        does: A key of the words of the pages.
        text: For a POSIX shell.
    """

    does: str
    text: str


def setting_up(url: str, token: Path) -> list[str]:
    """What makes the other lines ready to be run, in any folder."""
    return [f"export {POST}={quote(f'{url}/v1')}", f"cp {quote(str(token))} {TOKEN}"]


def post(body: dict[str, Any], *, of_case: bool = False) -> str:
    """Hand in an event; ``of_case``: its case is in a variable of the shell."""
    text = quote(json.dumps(body, ensure_ascii=False))
    if of_case:
        text = quote(json.dumps({**body, "caseref": f"${CASE}"}, ensure_ascii=False)).replace(f"${CASE}", f"'\"${CASE}\"'")
    return f"{CURL} -H 'Content-Type: {MEDIA}' --data {text} \"${POST}/events\""


def body_of(event: Event, to: str | None, event_id: str | None = None, caseref: str | None = None) -> dict[str, Any]:
    """An event as a system hands it in."""
    body: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id or f"sandbox-{secrets.token_hex(6)}",
        "source": "/sandbox",
        "type": event.rule.type,
        "datacontenttype": "application/json",
    }
    if len(event.rule.grounds) > 1:
        body["ground"] = event.grounds()[0].value
    if to:
        body["recipient"] = to
    if caseref:
        body["caseref"] = caseref
    return {**body, "data": event.model_dump(mode="json", exclude_none=True)}


def of_event(passed: Passed) -> str | None:
    """What would have sent an event that passed; None where its content is not ours to read."""
    if passed.message is None:
        return None
    message = passed.message
    body = body_of(message.event(), passed.to, f"sandbox-{message.id[:12]}", message.caseref)
    if message.ground and len(message.event().rule.grounds) > 1:
        body["ground"] = message.ground.value
    return post(body)


def reading() -> list[Line]:
    """What every kind of agency does."""
    newest = """grep -o '"caseref":"[^"]*"' | tail -n 1 | cut -d '"' -f 4"""
    return [
        Line("read", f'{CURL} "${POST}/feed?timeout=20000"'),
        Line("follow", f"{CURL} -N -H 'Accept: text/event-stream' \"${POST}/feed\""),
        Line("choose", f'export {CASE}=$({CURL} "${POST}/feed?limit=1000" | {newest})'),
        Line("case", f'{CURL} "${POST}/cases/${CASE}"'),
    ]


STEPS: dict[K, tuple[str, ...]] = {
    K.REPORTER: ("report",),
    K.MUNICIPALITY: ("report", "bring"),
    K.DESK: ("route", "tell"),
    K.CARE_COORDINATOR: ("accept", "offer", "reveal", "ask_officer", "conclude"),
    K.RIEC: ("weigh",),
    K.AID_ORGANISATION: ("see", "take", "meet", "complete", "refuse"),
    K.REGISTRY: ("record", "accept", "offer", "reveal", "conclude"),
    K.INVESTIGATION: ("protect", "end_danger"),
    K.CHILD_PROTECTION: ("report_ourselves",),
    K.OVERSIGHT: (),
}
"""What a system of each kind sends, in the order in which a case wants it."""


def steps(cast: Cast) -> list[Line]:
    """What a system of this kind sends next, and reads."""
    sent = [line for step in STEPS[cast.own.kind] for line in _sent(step, ACTS[step], cast)]
    begins = cast.own.kind in {K.REPORTER, K.MUNICIPALITY}
    return [*sent[:1], *reading(), *sent[1:]] if begins else [*reading(), *sent]


def _sent(step: str, act: Act, cast: Cast) -> Iterable[Line]:
    for event, to in act.says(cast):
        yield Line(step, post(body_of(event, to), of_case=not step.startswith("report")))
