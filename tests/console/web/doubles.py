"""A desk, files and lists in memory, and an application over them: pages without any server."""

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Literal, NamedTuple

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from console import web
from console.door.problems import Problem
from console.rungs import CaseLog
from console.web import pages
from console.web.aside import Aside
from console.web.drafts_ports import NotKept
from console.web.in_turn import InTurn
from console.web.looking import NoAnswer
from console.web.visit import Left
from console.web.ways import menu
from contracts.agencies import Agency, Directory, read_directory
from contracts.commands import COMMANDS
from contracts.processing import Processing
from contracts.standing import Hanging, Standing
from contracts.views import Choice, Content, FileView, StoryLine, TrackView
from tests.console.web.held_batches import Held
from tests.console.web.letters import Correcting, Letters
from tests.console.web.overview_double import Overview
from tests.console.web.spoken import spoken

WEB = Path(web.__file__).parent
LOOK = WEB.parent / "look"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
OWNER = "coordinator-almere"
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Visit:
    """Somebody at an agency."""

    person: str
    agency: Agency
    rights: frozenset[str]
    language: Literal["nl", "en"]
    session: str = "s1"
    left: Left = field(default_factory=lambda: Left(30 * 60, 8 * 60 * 60))
    drafts: int = 0


class Moments(NamedTuple):
    """When a session ends."""

    until: datetime
    longest: datetime


class Named(NamedTuple):
    """How a file is reached."""

    id: str


class Trouble(NamedTuple):
    """What fails in a file."""

    words: str


class Found(NamedTuple):
    """A file."""

    agency: Agency
    handle: Named
    view: FileView
    troubles: Sequence[Trouble] = ()


class Row(NamedTuple):
    """A file in a list."""

    name: str
    reference: str
    kind: str
    phase: str
    owner: str
    deadline: datetime | None
    turn: str | None
    step: str | None
    due: datetime | None
    alarm: bool
    waits_for: str | None = None
    waits_in: str | None = None


class Page(NamedTuple):
    """A part of a list."""

    rows: list[Row]
    total: int
    after: str | None


class Spent(NamedTuple):
    """What is known of a ticket."""

    answer: str | None


class Closed(Exception):  # noqa: N818 - named as what is the case
    """It cannot be written down that somebody looks."""


@dataclass
class Files:
    """Files of one agency. What a decision does is one line more in the story, and the next phase."""

    views: dict[str, FileView] = field(default_factory=dict[str, FileView])
    contents: dict[str, Content] = field(default_factory=dict[str, Content])
    troubles: dict[str, list[Trouble]] = field(default_factory=dict[str, list[Trouble]])
    silent: set[str] = field(default_factory=set[str])
    closed: set[str] = field(default_factory=set[str])
    refuses: str = ""
    away: bool = False
    loses_answer: bool = False
    never_decides: bool = False
    asked: Counter[str] = field(default_factory=Counter[str])
    decided: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list[tuple[str, str, dict[str, Any]]])
    tickets: dict[str, str] = field(default_factory=dict[str, str])

    async def one(self, agency: Agency, name: str) -> Found | None:
        self.asked["one"] += 1
        self._reach()
        if name in self.closed:
            raise Closed
        if name in self.silent:
            await asyncio.sleep(60)
        view = self.views.get(name)
        return Found(agency, Named(name), view, self.troubles.get(name, ())) if view and view.agency == agency.slug else None

    async def content(self, file: Found) -> Content:
        self.asked["content"] += 1
        return self.contents.get(file.handle.id, Content())

    async def answered(self, file: Found, command: str, ticket: str) -> str | None:
        self._reach()
        return self.tickets.get(ticket)

    async def decide(self, file: Found, command: str, content: dict[str, Any], ticket: str | None = None) -> str:
        self.asked["decide"] += 1
        if self.never_decides:
            await asyncio.sleep(60)
        assert re.fullmatch("[0-9a-f]{32}", ticket or ""), "as a file takes it"
        self._reach()
        if ticket in self.tickets:
            return self.tickets[ticket]
        if self.refuses:
            raise ValueError(self.refuses)
        COMMANDS[command].model_validate(content)
        self.decided.append((file.handle.id, command, content))
        phase = {"accept_case": "triage", "record_triage": "intake", "record_intake": "consent"}.get(command, "planning")
        self.happens(file.handle.id, command, phase=phase)
        self.tickets[ticket or ""] = phase
        if self.loses_answer:
            raise ConnectionError("the answer was lost")
        return phase

    def happens(self, name: str, what: str, phase: str | None = None) -> None:
        """Something happens to a file."""
        view = self.views[name]
        line = StoryLine(at=datetime.now(UTC), what=what, who=view.agency)
        track = view.track.model_copy(update={"phase": phase or view.track.phase})
        update = {"story": (*view.story, line), "track": track, "changed": view.changed + 1}
        self.views[name] = view.model_copy(update=update)

    def _reach(self) -> None:
        if self.away:
            raise NoAnswer


@dataclass
class Lists:
    """Lists of one agency."""

    rows: list[Row] = field(default_factory=list[Row])
    asked: Counter[str] = field(default_factory=Counter[str])

    async def turn_of(self, agency: Agency, after: str | None = None, most: int = 50) -> Page:
        self.asked["turn_of"] += 1
        return self._page([row for row in self.rows if row.turn == agency.slug], after, most)

    async def waiting(self, agency: Agency, after: str | None = None, most: int = 50) -> Page:
        self.asked["waiting"] += 1
        return self._page([row for row in self.rows if row.waits_for or row.turn != agency.slug], after, most)

    async def with_alarm(self, after: str | None = None, most: int = 50) -> Page:
        self.asked["with_alarm"] += 1
        return self._page([row for row in self.rows if row.alarm], after, most)

    async def of_case(self, reference: str) -> Page:
        self.asked["of_case"] += 1
        return self._page([row for row in self.rows if row.reference == reference], None, 50)

    def _page(self, rows: list[Row], after: str | None, most: int) -> Page:
        if after and not after.startswith("due:"):
            raise ValueError("this is no place in this list")
        rows = sorted(rows, key=lambda row: (row.due is None, row.due or NOW, row.name))
        begin = int(after.removeprefix("due:").partition("/")[0]) if after else 0
        end = begin + most
        return Page(rows[begin:end], len(rows), f"due:{end}/{OWNER}" if end < len(rows) else None)


@dataclass
class Logbook:
    """What one agency wrote down."""

    lines: list[Processing] = field(default_factory=list[Processing])
    standings: list[Standing] = field(default_factory=list[Standing])
    letters: list[Hanging] = field(default_factory=list[Hanging])
    counts: Counter[str] = field(default_factory=Counter[str])
    minutes: int = 15
    held_to: int = 0
    closed: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def of_case(
        self, agency: Agency, reference: str, what: str, views: Sequence[FileView], *, whole: bool = True
    ) -> CaseLog:
        self._note(what, reference)
        return CaseLog(self.lines, self.standings, views, whole=whole, held_to=self.held_to)

    async def late(self, agency: Agency, now: datetime) -> "Logbook":
        self._note("deliveries", "")
        return self

    def _note(self, what: str, reference: str) -> None:
        if self.closed:
            raise Closed
        self.asked.append((what, reference))


class Draft(NamedTuple):
    """That somebody has a half-done form."""

    person: str
    file: str
    command: str
    began: datetime
    saved: datetime
    until: datetime


class Written(NamedTuple):
    """What stands in it."""

    draft: Draft
    pairs: Sequence[tuple[str, str]]
    seen: str


class Taken(NamedTuple):
    """Somebody takes a file."""

    person: str
    at: datetime


Form = tuple[str, str]


@dataclass
class Drafts:
    """Half-done forms of the people of one agency. Each is of a form that was shown with a ticket."""

    kept: dict[tuple[str, Form], tuple[Written, str]] = field(default_factory=dict[tuple[str, Form], tuple[Written, str]])
    refuses: str = ""
    away: bool = False
    asked: Counter[str] = field(default_factory=Counter[str])

    async def keep(self, visit: Visit, form: Form, ticket: str, typed: tuple[Sequence[tuple[str, str]], str]) -> Draft:
        self._reach()
        if self.refuses:
            raise NotKept(self.refuses)
        before = await self.mine(visit, form)
        draft = self.begin(visit.person, form, typed[0], typed[1], ticket)
        if before:
            draft = draft._replace(began=before.draft.began)
            self.kept[visit.person, form] = (Written(draft, *typed), ticket)
        return draft

    def begin(
        self, person: str, form: Form, pairs: Sequence[tuple[str, str]] = (), seen: str = "", ticket: str = "", hours: int = 0
    ) -> Draft:
        """Somebody has one."""
        began = datetime.now(UTC) - timedelta(hours=hours)
        draft = Draft(person, *form, began, began, began + timedelta(days=30))
        self.kept[person, form] = (Written(draft, list(pairs), seen), ticket)
        return draft

    async def mine(self, visit: Visit, form: Form) -> Written | None:
        self._reach()
        return self.kept[visit.person, form][0] if (visit.person, form) in self.kept else None

    async def all_mine(self, visit: Visit) -> list[Draft]:
        self._reach()
        return [written.draft for (person, _), (written, _) in self.kept.items() if person == visit.person]

    async def about(self, visit: Visit, files: Collection[str]) -> list[Draft]:
        self.asked["about"] += 1
        return [written.draft for written, _ in self.kept.values() if written.draft.file in files]

    async def sent(self, visit: Visit, form: Form, ticket: str) -> None:
        self._reach()
        if self.kept.get((visit.person, form), (None, None))[1] == ticket:
            del self.kept[visit.person, form]

    async def throw_away(self, visit: Visit, form: Form) -> None:
        self.kept.pop((visit.person, form), None)

    def _reach(self) -> None:
        if self.away:
            raise ConnectionError("the database of drafts is away")


@dataclass
class Taking:
    """Who takes which file."""

    by: dict[str, Taken] = field(default_factory=dict[str, Taken])
    asked: Counter[str] = field(default_factory=Counter[str])

    async def of(self, visit: Visit, files: Collection[str]) -> dict[str, Taken]:
        self.asked["of"] += 1
        return {name: taken for name, taken in self.by.items() if name in files}

    async def take(self, visit: Visit, file: str, instead_of: str = "") -> None:
        has = self.by.get(file)
        if has is None or has.person == instead_of:
            self.by[file] = Taken(visit.person, datetime.now(UTC))

    async def let_go(self, visit: Visit, file: str) -> None:
        if file in self.by and self.by[file].person == visit.person:
            del self.by[file]

    async def ended(self, visit: Visit, file: str) -> None:
        self.by.pop(file, None)


class Entry(NamedTuple):
    """Something that somebody did."""

    seq: int
    moment: datetime
    person: str
    action: str
    case_reference: str | None
    object: str | None
    outcome: str = "begun"


class Listed(NamedTuple):
    """Somebody in the list of people."""

    name: str
    number: int
    fingerprint: str
    since: datetime
    until: datetime | None
    rights: frozenset[str]


@dataclass
class Books:
    """The books of one agency."""

    written: list[Entry] = field(default_factory=list[Entry])
    listed: list[Listed] = field(default_factory=list[Listed])
    check_found: Any = None
    sought: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    checks: int = 0
    closed: bool = False

    async def entries(self, *, before: int | None, most: int, **wanted: Any) -> list[Entry]:
        if self.closed:
            raise Closed
        self.sought.append(wanted)
        older = [entry for entry in self.written if before is None or entry.seq < before]
        return sorted(older, key=lambda entry: -entry.seq)[:most]

    def checked(self) -> Any:
        return self.check_found

    async def check(self) -> None:
        if self.closed:
            raise Closed
        self.checks += 1

    def people(self) -> list[Listed]:
        return self.listed


class Desk:
    """What pages are given."""

    def __init__(self) -> None:
        self.drafts = Drafts()
        self.taken = Taking()
        self.person = "c-17"
        self.directory: Directory = read_directory()
        self.memory = Files()
        self.listed = Lists()
        self.all_files = Overview(self.listed)
        self.wrote = Logbook()
        self.refused = Letters()
        self.held = Held()
        self.correcting = Correcting()
        self.kept = Books()
        self.language: Literal["nl", "en"] = "nl"
        self.at = OWNER
        self.speak: Callable[[Literal["nl", "en"]], Any] = spoken
        self.rights = frozenset({"handle"})
        self.fresh = True
        self.begun = 0
        self.stale_at = ""
        self._path = ""
        self.aside = Aside()
        self.in_turn = InTurn()
        self.answers: dict[tuple[str, str, str], str | None] = {}
        self.database_away = False
        self.began = self.seen = datetime.now(UTC)
        self.closing: tuple[type[Exception], ...] = (Closed,)
        self._templates = Environment(
            loader=FileSystemLoader([WEB / "templates", LOOK / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        given: dict[str, Any] = self._templates.globals  # pyright: ignore[reportUnknownMemberType, reportAssignmentType]
        given.update(look="/look/{}".format, menu=menu)

    async def session(self, request: Request) -> Moments:
        longest = self.began + timedelta(hours=8)
        return Moments(min(self.seen + timedelta(minutes=30), longest), longest)

    async def visit(self, request: Request, right: str | None = None) -> Visit:
        self._path = request.url.path
        if not self.rights or (right and right not in self.rights):
            raise HTTPException(404)
        if request.method == "POST" or request.headers.get("sec-fetch-mode") == "navigate":
            self.seen = datetime.now(UTC)
        longest = self.began + timedelta(hours=8) - datetime.now(UTC)
        left = Left(min(30 * 60, int(longest.total_seconds())), int(longest.total_seconds()))
        return Visit(self.person, self.directory.get(self.at), self.rights, self.language, left=left, drafts=self.begun)

    def is_fresh(self, visit: Visit) -> bool:
        return self.fresh and self._path != self.stale_at

    def words(self, request: Request) -> Any:
        return self.speak(self.language)

    def files(self, visit: Visit) -> Files:
        return self.memory

    def lists(self, visit: Visit) -> Lists:
        return self.listed

    def overview(self, visit: Visit) -> Overview:
        self.all_files.listed, self.all_files.agency = self.listed, visit.agency
        return self.all_files

    def logbook(self, visit: Visit) -> Logbook:
        return self.wrote

    def letters(self, visit: Visit) -> Letters:
        return self.refused

    def corrector(self, visit: Visit) -> Correcting:
        self.correcting.person = visit.person
        return self.correcting

    def batches(self, visit: Visit) -> Held:
        return self.held

    def books(self, visit: Visit) -> Books:
        return self.kept

    async def ticket(self, visit: Visit, file: str, command: str) -> str:
        self._reach()
        ticket = secrets.token_urlsafe(32)
        self.answers[ticket, file, command] = None
        return ticket

    async def spend(self, visit: Visit, ticket: str, file: str, command: str) -> Spent:
        self._reach()
        if (ticket, file, command) not in self.answers:
            raise HTTPException(403)
        return Spent(self.answers[ticket, file, command])

    @asynccontextmanager
    async def once(self, visit: Visit, ticket: str, file: str, command: str) -> AsyncGenerator[Spent]:
        async with self.in_turn.of(ticket):
            yield await self.spend(visit, ticket, file, command)

    async def answered(self, ticket: str, answer: str) -> None:
        self._reach()
        self.answers = {key: answer if key[0] == ticket else kept for key, kept in self.answers.items()}

    async def has_answered(self, visit: Visit, file: str, command: str, answer: str) -> bool:
        return (file, command, answer) in {(key[1], key[2], kept) for key, kept in self.answers.items()}

    def _reach(self) -> None:
        if self.database_away:
            raise ConnectionError("the database of tickets is away")

    def page(self, request: Request, visit: Visit | None, template: str, **shown: Any) -> HTMLResponse:
        given = {"visit": visit, "words": self.words(request), "language": self.language, "path": request.url.path}
        given["posted"] = request.method == "POST"
        given["address"] = request.url.path
        return HTMLResponse(self._templates.get_template(template).render(given | shown))


def application(desk: Desk) -> FastAPI:
    """All pages over a desk."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for name in sorted(module.name for module in iter_modules(pages.__path__)):
        module = import_module(f"{pages.__name__}.{name}")
        if hasattr(module, "routes"):
            app.include_router(module.routes(desk))

    @app.exception_handler(Problem)
    async def refused(_: Request, problem: Problem) -> Response:
        return Response(status_code=problem.refusal.status)

    @app.get("/look/{name}")
    async def look(name: str) -> Response:
        path = LOOK / name
        return Response(path.read_bytes(), media_type=TYPES[path.suffix])

    @app.get("/language")
    async def language(to: Literal["nl", "en"], back: str) -> Response:
        desk.language = to
        return Response(status_code=303, headers={"Location": back})

    @app.middleware("http")
    async def strict(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = await go_on(request)
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return app


REFERENCE = "k0123456789abcdefghjkmnpq"
CASE = f"case-{REFERENCE}"


def a_case(*commands: str, phase: str = "offered", agency: str = OWNER, **more: Any) -> FileView:
    """A case of an agency, in which something can be decided."""
    track = TrackView(
        title="case",
        name="Case",
        phase=phase,
        turn=agency,
        who="care coordinator",
        since=NOW - timedelta(hours=5),
        until=NOW + timedelta(hours=3),
        then="the desk asks CoMensha, or alarms a person",
    )
    told = StoryLine(at=NOW - timedelta(hours=5), what="signal_routed", who="signal-desk")
    given: dict[str, Any] = {
        "reference": REFERENCE,
        "kind": "case",
        "agency": agency,
        "region": "Almere",
        "responsible": agency,
        "track": track,
        "tracks": (),
        "alarms": (),
        "story": (told,),
        "choices": tuple(Choice(command=name, words=name, fields={}) for name in commands),
    }
    return FileView.model_validate({**given, **more})


def a_row(number: int = 0, *, turn: str = OWNER, due: timedelta | None = timedelta(hours=3), **more: Any) -> Row:
    """A row of a list."""
    reference = f"k{number:024d}" if number else REFERENCE
    at = NOW + due if due is not None else None
    row = Row(f"case-{reference}", reference, "case", "offered", turn, at, turn, "Case.offered", at, alarm=False)
    return row._replace(**more)
