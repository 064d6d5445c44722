"""Who takes part, and where the net has holes."""

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Any

import typer

from console.coverage import changes
from console.coverage import coverage as coverage_on
from console.installation import with_directory_of
from console.listing import Listing
from console.screen import run, screen
from contracts.agencies import AREA_OF_KIND, Agency, Directory, read_directory
from contracts.counted import counted
from contracts.hours import AMSTERDAM
from contracts.places import Atlas
from runtime.office.drivers import read_file
from runtime.servers.running import read_running
from runtime.settings import load_settings

DAY = ["%Y-%m-%d"]
ON = Annotated[datetime | None, typer.Option("--on", formats=DAY, help="a day; else today")]
THAN = Annotated[datetime | None, typer.Option("--than", formats=DAY, help="another day: what changed between the two")]
JSON = Annotated[bool, typer.Option("--json", help="every municipality, for programs")]


def list_agencies() -> None:
    """The directory: who takes part, for which place or service, and when they are open."""
    run(_agencies())


def coverage(on: ON = None, than: THAN = None, as_json: JSON = False) -> None:
    """Which municipalities have a coordinator, and which route to CoMensha; all route to somebody."""
    run(_coverage(on.date() if on else None, than.date() if than else None, as_json=as_json))


async def _agencies() -> None:
    table = Listing("slug", "kind", "name", "for", "open", "out of hours")
    for agency in _directory().agencies:
        hours = str(agency.hours.model_dump())
        table.add(agency.slug, agency.kind, agency.name, _area(agency), hours, agency.out_of_hours or "-")
    screen.print(table)


def _directory() -> Directory:
    """That of the settings: this looks at a table before anything is started with it; else that of what runs here."""
    settings = load_settings()
    running = None if "directory" in settings.model_fields_set else read_running(settings)
    return read_file(read_directory, with_directory_of(running, settings).directory if running else settings.directory)


def _area(agency: Agency) -> str:
    field = AREA_OF_KIND.get(agency.kind)
    area = str(getattr(agency, field)) if field else ", ".join(agency.services)
    return f"{area} in {', '.join(agency.care_regions)}" if agency.care_regions else area or "-"


async def _coverage(on: date | None, than: date | None, *, as_json: bool) -> None:
    atlas, day = Atlas(_directory()), on or datetime.now(AMSTERDAM).date()
    if as_json:
        screen.print_as_json(_for_programs(atlas, day, than))
        return
    if than:
        screen.print(_changes(atlas, day, than))
        return
    found = coverage_on(atlas, day)
    owners = Counter((one.place.province, one.coordinator is not None) for one in found)
    table = Listing(
        "province", "municipalities with a coordinator", "coordinated remotely by CoMensha", title=f"Coverage {on or 'today'}"
    )
    for province in sorted({one.place.province for one in found}):
        table.add(province, str(owners[province, True]), str(owners[province, False]))
    screen.print(table)
    covered = sum(one.coordinator is not None for one in found)
    screen.print(
        f"{covered} of {counted(len(found), 'municipality', 'municipalities')} {'has' if covered == 1 else 'have'} a coordinator "
        f"here; the other {len(found) - covered} go to CoMensha."
    )


def _changes(atlas: Atlas, one: date, other: date) -> Listing | str:
    from console.web.covered import change_words
    from console.web.spoken import spoken

    table = Listing("municipality", "province", "what changed", title=f"From {min(one, other)} to {max(one, other)}")
    for change in changes(atlas, one, other):
        table.add(change.place.name, change.place.province, "; ".join(change_words(spoken("en"), change)))
    return table if table.rows else "nothing changed between these days that the tables know of"


def _for_programs(atlas: Atlas, on: date, than: date | None) -> dict[str, Any]:
    """A day as programs read it: slugs and codes."""
    places = [
        {
            "code": one.place.code,
            "name": one.place.name,
            "province": one.place.province,
            "care_region": one.place.care_region,
            "coordinator": one.coordinator.slug if one.coordinator else None,
            "shelters": [agency.slug for agency in one.shelters],
            "riec": one.riec.slug if one.riec else None,
            "gaps": list(one.gaps),
        }
        for one in coverage_on(atlas, on)
    ]
    told: dict[str, Any] = {"on": on.isoformat(), "municipalities": places}
    if than:
        found = changes(atlas, on, than)
        told |= {"than": than.isoformat(), "changed": [change.place.code for change in found]}
    return told
