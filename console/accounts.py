"""What the command line says of a case beside its files: deliveries, consents, who knew what; in the words of the pages."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, NamedTuple

from rich.text import Text

from console.files import Looked
from console.knowing import Knew, knew
from console.ladder import ladders
from console.ledger import Ledger, ledger
from console.listing import Listing
from console.logbook import Logbook
from console.plain import plain
from console.rungs import CaseLog, Ladder
from console.screen import styled
from console.times import iso, when
from console.web.laddered import Laddering
from console.web.moments import Clock
from console.web.shown import Showing
from console.web.spoken import spoken
from contracts.agencies import Directory
from contracts.views import ConsentView


class Wanted(NamedTuple):
    """What is wanted.

    Attributes:
        deliveries: How far each letter came.
        consent: The ledger of consents.
        knew_at: The moment of which it is said who could know what; None: of none.
    """

    deliveries: bool = False
    consent: bool = False
    knew_at: datetime | None = None


class Account(NamedTuple):
    """What one agency can say of a case; None: that is not wanted."""

    ladders: tuple[Ladder, ...] | None
    ledger: Ledger | None
    knew: Knew | None


class Accounts(NamedTuple):
    """What the agencies of this installation can say of a case.

    Attributes:
        of: Each, by its slug.
        wanted: What was wanted.
        directory: Who takes part.
    """

    of: Mapping[str, Account]
    wanted: Wanted
    directory: Directory

    @property
    def as_json(self) -> dict[str, Any]:
        """For programs: codes and moments, by agency."""
        return _as_json(self.of)

    @property
    def drawn(self) -> Iterator[Listing | Text]:
        """For a terminal."""
        return _drawn(self)


async def accounts(logbook: Logbook, looked: Looked, reference: str, wanted: Wanted, directory: Directory) -> Accounts:
    """What each agency of this installation can say of a case, by its slug.

    Args:
        logbook: What they wrote down.
        looked: Their files.
        reference: Of the case.
        wanted: What is wanted.
        directory: Who takes part.
    """
    agencies = {file.agency.slug: file.agency for file in (*looked.found, *looked.silent)}
    silent = {file.agency.slug for file in looked.silent}
    found: dict[str, Account] = {}
    for slug, agency in agencies.items():
        views = [file.view for file in looked.found if file.agency.slug == slug]

        async def log(what: str) -> CaseLog:
            return await logbook.of_case(agency, reference, what, views, whole=slug not in silent)  # noqa: B023 - used at once

        found[slug] = Account(
            ladders=ladders(await log("deliveries")) if wanted.deliveries else None,
            ledger=ledger(views, (await log("consents")).lines) if wanted.consent else None,
            knew=knew(await log("knew"), wanted.knew_at) if wanted.knew_at else None,
        )
    return Accounts(found, wanted, directory)


def _as_json(found: Mapping[str, Account]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for slug, account in found.items():
        if account.ladders is not None:
            said.setdefault("deliveries", {})[slug] = [_ladder(one) for one in account.ladders]
        if account.ledger is not None:
            said.setdefault("consent", {})[slug] = _ledger(account.ledger)
        if account.knew is not None:
            said.setdefault("knew", {})[slug] = _plain(asdict(account.knew))
    return said


def _ladder(one: Ladder) -> dict[str, Any]:
    steps = [{name: _plain(value) for name, value in step._asdict().items()} for step in one.steps]
    return {**_plain({name: value for name, value in vars(one).items() if name != "steps"}), "hangs": one.hangs, "steps": steps}


def _ledger(found: Ledger) -> dict[str, Any]:
    entries = [
        {**entry.consent.model_dump(mode="json"), "shared": _all(entry.shared), "stopped": _all(entry.stopped)}
        for entry in found.entries
    ]
    return {"consents": entries, "shared_without": _all(found.elsewhere)}


def _all(parts: tuple[Any, ...]) -> list[Any]:
    return [_plain(asdict(part)) for part in parts]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def _drawn(told: Accounts) -> Iterator[Listing | Text]:
    words = spoken("en")
    for slug, account in told.of.items():
        showing = Showing(words, Clock(words, "en", datetime.now(UTC)), told.directory, slug)
        if account.ladders is not None:
            yield from _deliveries(slug, account.ladders, showing)
        if account.ledger is not None:
            yield _consents(slug, account.ledger, showing)
        if account.knew is not None and told.wanted.knew_at:
            yield _known(slug, account.knew, showing, told.wanted.knew_at)


def _deliveries(slug: str, found: tuple[Ladder, ...], showing: Showing) -> Iterator[Listing | Text]:
    laddering = Laddering(showing)
    table = Listing(*laddering.heads, title=f"deliveries of {plain(slug)}")
    for one in found:
        table.add(*laddering.ladder(one).cells)
    yield table
    for one in (one for one in found if one.hangs):
        said = laddering.ladder(one)
        yield styled((f"hangs: {plain(said.event)} to {plain(said.to)}", "red"), f": {plain(said.why)}")


def _consents(slug: str, found: Ledger, showing: Showing) -> Listing:
    table = Listing("consent to", "given", "taken back", "shared on it, and what followed", title=f"consents at {plain(slug)}")
    for entry in found.entries:
        consent = entry.consent
        given = _given(consent)
        shared = [f"{when(one.at)} {showing.words.part(one.event)} to {one.to}" for one in entry.shared]
        stopped = [
            f"{when(one.at)} {'not sent any more: ' * one.withheld}{showing.words.part(one.event)} "
            f"{'from' if one.theirs else 'to'} {one.other}"
            for one in entry.stopped
        ]
        withdrawn = when(consent.withdrawn) if consent.withdrawn else "no"
        by = f" by the {consent.by}" if given != "not given" else ""
        table.add(showing.words.value("ConsentTo", consent.purpose), f"{given}{by}", withdrawn, _lines([*shared, *stopped]))
    for one in found.elsewhere:
        shared_so = f"{when(one.at)} {showing.words.part(one.event)} to {one.to}"
        table.add("(stands in no file here)", "", "", shared_so)
    return table


def _given(consent: ConsentView) -> str:
    if consent.given:
        return when(consent.given)
    return "moment not known" if consent.holds or consent.withdrawn else "not given"


def _known(slug: str, found: Knew, showing: Showing, at: datetime) -> Listing:
    table = Listing(
        "who", "what", "told, or had", "confirmed", "said that it was read", title=f"known to {plain(slug)} {when(at)}"
    )
    for one in found.own:
        what = showing.words.part(one.what) if one.other else showing.words.command(one.what)
        table.add(slug, f"{what}, from {one.other}" if one.other else f"{what}, decided here", when(one.at), "", "")
    for other, told in found.others.items():
        for one in told:
            had = "refused" if one.refused else when(one.had) if one.had else "not by then"
            read = when(one.read) if one.read else "not by then"
            table.add(other, showing.words.part(one.event), when(one.told), had, read)
    return table


def _lines(lines: list[str]) -> Text:
    return Text("\n".join(plain(line) for line in lines))
