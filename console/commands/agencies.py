"""Who takes part, and where the net has holes."""

from collections import Counter
from datetime import UTC, datetime

from console.installation import with_directory_of
from console.listing import Listing
from console.screen import run, screen
from contracts.agencies import AREA_OF_KIND, Agency, Directory, read_directory
from contracts.places import Atlas
from runtime.servers.running import read_running
from runtime.settings import load_settings
from workers.wiring import read_file


def list_agencies() -> None:
    """The directory: who takes part, for which place or service, and when they are open."""
    run(_agencies())


def coverage() -> None:
    """Which municipalities have a coordinator, and which route to CoMensha; all route to somebody."""
    run(_coverage())


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


async def _coverage() -> None:
    atlas = Atlas(_directory())
    today = datetime.now(UTC).date()
    places = [atlas.municipality(code, today) for code in atlas.codes(today)]
    owners = Counter((place.province, atlas.coordinator(place) is not None) for place in places)
    table = Listing("province", "municipalities with a coordinator", "coordinated remotely by CoMensha", title="Coverage today")
    for province in sorted({place.province for place in places}):
        table.add(province, str(owners[province, True]), str(owners[province, False]))
    screen.print(table)
    covered = sum(atlas.coordinator(place) is not None for place in places)
    screen.print(
        f"{covered} of {len(places)} municipalities have a coordinator here; the other {len(places) - covered} go to CoMensha."
    )
