"""The people of agencies: who works where, with a key of their own."""

from collections.abc import Iterable
from typing import Annotated

import typer

from console.installation import Installation
from console.listing import Listing
from console.screen import good, run, screen
from console.times import when
from contracts.agencies import Agency
from runtime.audit.entry import Act, Action
from runtime.people.lists import Right
from runtime.people.people import checked

app = typer.Typer(help="The people of agencies: who works where, with a key of their own.", no_args_is_help=True)
NAME = Annotated[str, typer.Argument(help="a pseudonym such as a staff number, never a real name")]
AT = Annotated[list[str], typer.Option("--at", help="slug of the agency; may be given several times")]
RIGHT = Annotated[
    list[Right] | None,
    typer.Option("--right", help="what they may do in the web console there, and nothing else; none: handle and operate"),
]


@app.command()
def add(name: NAME, at: AT, right: RIGHT = None) -> None:
    """Put a person into the list of an agency, with a new key if they have none here; or give them other rights there."""
    run(_add(name, at, right))


@app.command()
def remove(name: NAME, at: AT) -> None:
    """End a person's work at an agency. What they signed before can still be verified."""
    run(_remove(name, at))


@app.command("list")
def list_people(at: Annotated[list[str] | None, typer.Option("--at", help="slug of the agency")] = None) -> None:
    """Who works where, and who did."""
    run(_list(at))


async def _add(name: str, slugs: list[str], rights: list[Right] | None) -> None:
    installation = Installation.at_rest()
    checked(name)
    for agency in [installation.directory.get(slug) for slug in slugs]:
        if installation.people.lists.now(agency.slug):
            async with installation.witness.act(agency, Action.ADD_PERSON, f"person:{name}"):
                installation.people.add(name, agency.slug, rights)
        else:
            await _add_first(installation, agency, name, rights)
        where, may = installation.people.key_file(name), _said(installation.people.lists.rights(name, agency.slug))
        screen.print(good("added", f": {name} works at {agency.slug}, with the key in {where}; rights: {may}"), soft_wrap=True)


async def _add_first(installation: Installation, agency: Agency, name: str, rights: list[Right] | None) -> None:
    """Somebody must begin: the first person of an agency adds themselves."""
    await installation.audit(agency.slug).append(Act(person=name, action=Action.ADD_PERSON, object=f"person:{name}"))
    installation.people.add(name, agency.slug, rights)


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
    table = Listing("agency", "person", "key", "rights", "since", "until")
    for slug in [installation.directory.get(slug).slug for slug in slugs] if slugs else lists.agencies():
        for person in lists.ever(slug):
            until = when(person.until) if person.until else "-"
            table.add(slug, person.name, f"#{person.number}", _said(person.rights), when(person.since), until)
    screen.print(table if table.rows else "nobody yet: `keten people add NAME --at AGENCY`")


def _said(rights: Iterable[Right]) -> str:
    return ", ".join(sorted(rights))
