"""The people of agencies: who works where, with a key of their own."""

from typing import Annotated

import typer

from console.installation import Installation
from console.listing import Listing
from console.screen import good, run, screen
from console.times import when
from contracts.agencies import Agency
from runtime.audit.entry import Act, Action
from runtime.people.people import checked

app = typer.Typer(help="The people of agencies: who works where, with a key of their own.", no_args_is_help=True)
NAME = Annotated[str, typer.Argument(help="a pseudonym such as a staff number, never a real name")]
AT = Annotated[list[str], typer.Option("--at", help="slug of the agency; may be given several times")]


@app.command()
def add(name: NAME, at: AT) -> None:
    """Put a person into the list of an agency, with a new key if they have none here."""
    run(_add(name, at))


@app.command()
def remove(name: NAME, at: AT) -> None:
    """End a person's work at an agency. What they signed before can still be verified."""
    run(_remove(name, at))


@app.command("list")
def list_people(at: Annotated[list[str] | None, typer.Option("--at", help="slug of the agency")] = None) -> None:
    """Who works where, and who did."""
    run(_list(at))


async def _add(name: str, slugs: list[str]) -> None:
    installation = Installation.at_rest()
    checked(name)
    for agency in [installation.directory.get(slug) for slug in slugs]:
        if installation.people.lists.now(agency.slug):
            async with installation.witness.act(agency, Action.ADD_PERSON, f"person:{name}"):
                installation.people.add(name, agency.slug)
        else:
            await _add_first(installation, agency, name)
        where = installation.people.key_file(name)
        screen.print(good("added", f": {name} works at {agency.slug}, with the key in {where}"), soft_wrap=True)


async def _add_first(installation: Installation, agency: Agency, name: str) -> None:
    """Somebody must begin: the first person of an agency adds themselves."""
    await installation.audit(agency.slug).append(Act(person=name, action=Action.ADD_PERSON, object=f"person:{name}"))
    installation.people.add(name, agency.slug)


async def _remove(name: str, slugs: list[str]) -> None:
    installation = Installation.at_rest()
    checked(name)
    for agency in [installation.directory.get(slug) for slug in slugs]:
        async with installation.witness.act(agency, Action.REMOVE_PERSON, f"person:{name}"):
            installation.people.remove(name, agency.slug)
        screen.print(good("removed", f": {name} works at {agency.slug} no more"))


async def _list(slugs: list[str] | None) -> None:
    installation = Installation.at_rest()
    lists = installation.people.lists
    table = Listing("agency", "person", "key", "since", "until")
    for slug in [installation.directory.get(slug).slug for slug in slugs] if slugs else lists.agencies():
        for person in lists.ever(slug):
            until = when(person.until) if person.until else "-"
            table.add(slug, person.name, f"#{person.number}", when(person.since), until)
    screen.print(table if table.rows else "nobody yet: `keten people add NAME --at AGENCY`")
