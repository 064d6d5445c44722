"""What a person who asks for access reads: a Markdown page."""

from collections.abc import Iterator
from itertools import groupby

from console.files import Found
from console.generate.tables import table, words
from contracts.access import Answer, Answers
from contracts.agencies import Agency, Directory
from contracts.catalogue import CATALOGUE
from contracts.counted import counted
from contracts.disclosed import disclosed, stands
from contracts.event import OUTLIVING, File
from contracts.events.disclosures import Exchanged
from contracts.processing import Direction, Processing

ABOUT = (
    "This is what the agencies named here hold, and what they have told each other, about the person whom this case is about "
    "(GDPR art. 15). What the law shields from this report is left out without a trace; every agency answers for its own part."
)
WHEN = ("when", "what", "from or to", "purpose", "ground", "data about you")
HELD = ("what is held", "where it stands", "kept until")
ERASED = "What was held here has been erased."


def of_agency(directory: Directory, agency: Agency, files: list[Found], records: tuple[Processing, ...]) -> Iterator[str]:
    """What an agency of this installation holds and told, in paragraphs of Markdown."""
    told = disclosed(records)
    kept = next((file for file in files if file.view.kind == File.RETENTION), None)
    held = [
        (file.view.kind, stands(File(file.view.kind), file.view.track.phase), _until(kept))
        for file in files
        if file.view.kind not in OUTLIVING
    ]
    if not held and not told:
        return
    yield f"## {agency.name}"
    if held:
        yield table(HELD, held)
    elif kept and kept.view.track.phase in {"collecting", "erased"}:
        yield ERASED
    if told:
        yield table(WHEN, [_line(directory, _as_told(record)) for record in told])


def of_others(directory: Directory, answers: Answers) -> Iterator[str]:
    """What other agencies answered, and who has not."""
    for slug, pages in groupby(sorted(answers.answers, key=_place), key=lambda answer: answer.agency):
        yield f"## {directory.get(slug).name}"
        yield from _answer(directory, list(pages))
    if answers.waiting:
        names = ", ".join(directory.get(slug).name for slug in answers.waiting)
        yield f"## Not answered yet\n\n{names}"


def _place(answer: Answer) -> tuple[str, int]:
    return answer.agency, answer.made.page if answer.made else 0


def _answer(directory: Directory, pages: list[Answer]) -> Iterator[str]:
    """What one agency answered, on however many pages."""
    for refused in (page.refused for page in pages if page.refused):
        yield f"This agency does not say what it holds: {refused.reason.replace('_', ' ')}. You can complain about this."
    made = [page.made for page in pages if page.made]
    files = [held for page in made for held in page.files]
    exchanged = [exchange for page in made for exchange in page.exchanged]
    if files:
        yield table(HELD, [(held.kind, held.phase, f"{held.kept_until}" if held.kept_until else NOT_YET) for held in files])
    elif made:
        yield ERASED if made[0].erased_on else "Nothing is held here."
    if exchanged:
        yield table(WHEN, [_line(directory, exchange) for exchange in exchanged])
    if left_out := sum(page.left_out for page in made):
        yield f"{counted(left_out, 'more exchange is', 'more exchanges are')} not listed here; ask this agency for them."


NOT_YET = "its term begins when the case ends"


def _until(kept: Found | None) -> str:
    until = kept.view.track.until if kept else None
    return f"{until:%Y-%m-%d}" if until else NOT_YET


def _as_told(record: Processing) -> Exchanged:
    way = "sent" if record.direction is Direction.SENT else "taken"
    return Exchanged(on=record.start_time, type=record.event_type, way=way, other=record.counterparty, ground=record.ground)


def _line(directory: Directory, exchange: Exchanged) -> tuple[str, ...]:
    event = CATALOGUE[exchange.type]
    other = directory.by_slug.get(exchange.other)
    return (
        f"{exchange.on:%Y-%m-%d %H:%M}",
        (event.__doc__ or "").split("\n", 1)[0],
        f"{'to' if exchange.way == 'sent' else 'from'} {other.name if other else exchange.other}",
        event.rule.purpose,
        words([exchange.ground]) if exchange.ground else "-",
        ", ".join(event.personal_fields()) or "none; a pseudonym only",
    )
