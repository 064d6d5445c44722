"""The page that says who may send what to whom, and why."""

from itertools import product
from pathlib import Path

from console.generate.tables import code, page, table, words
from contracts.catalogue import CATALOGUE
from contracts.event import Event
from contracts.words import AgencyKind

HEAD = ("event", "what it says", "from", "to", "for the file", "grounds", "purpose", "retention", "personal fields")
ABOUT = (
    "Every event that agencies may exchange. What does not stand here cannot be sent: the permissions of the bus are made of the "
    "same catalogue. The type of an event is `nl.keten.` and the name in the first column. *(opens)*: it may open the file; "
    "*(late)*: arriving after the file closed it is noted, not refused."
)
ANSWERS = (
    "Rows send, columns receive. Besides, whoever receives an event may answer its sender with `deliveries.refused.v1`; "
    "it stands in no cell and on no arrow. The arrows name the domains of the events."
)


def events_page() -> dict[Path, str]:
    """The page of events."""
    text = page(
        "Events",
        ABOUT,
        table(HEAD, [_row(event) for event in CATALOGUE.values()]),
        "## Who may send what to whom",
        ANSWERS,
        _matrix(),
        _drawing(),
    )
    return {Path("docs/generated/events.md"): text}


def _row(event: type[Event]) -> tuple[str, ...]:
    rule = event.rule
    return (
        f"[`{event.short_name()}`](schemas/{event.short_name()}.json)",
        (event.__doc__ or "").partition("\n")[0],
        _kinds(rule.senders),
        _kinds(rule.recipients),
        _file(event),
        words(rule.grounds),
        rule.purpose,
        words([rule.retention]),
        code(event.personal_fields()),
    )


def _kinds(kinds: frozenset[AgencyKind]) -> str:
    return "everybody" if kinds == frozenset(AgencyKind) else words(kinds)


def _file(event: type[Event]) -> str:
    rule = event.rule
    marks = [mark for mark, holds in (("opens", rule.opens), ("late", rule.late)) if holds]
    name = rule.file or "whichever sent what it answers"
    return f"{name} *({', '.join(marks)})*" if marks else name


def _between(sender: AgencyKind, recipient: AgencyKind) -> list[str]:
    return [
        event.short_name()
        for event in CATALOGUE.values()
        if event.rule.file and sender in event.rule.senders and recipient in event.rule.recipients
    ]


def _matrix() -> str:
    rows = [
        [f"**{words([sender])}**", *("<br>".join(_between(sender, recipient)) for recipient in AgencyKind)]
        for sender in AgencyKind
    ]
    return table(["from \\ to", *(words([kind]) for kind in AgencyKind)], rows)


def _drawing() -> str:
    lines = ["```mermaid", "flowchart LR", *(f"  {kind}[{words([kind])}]" for kind in AgencyKind)]
    for sender, recipient in product(AgencyKind, AgencyKind):
        names = _between(sender, recipient)
        if names:
            domains = sorted({name.partition(".")[0] for name in names})
            lines.append(f'  {sender} -->|"{"<br/>".join(domains)}"| {recipient}')
    return "\n".join([*lines, "```"])
