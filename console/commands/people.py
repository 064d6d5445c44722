"""The people of agencies: who works where, with a key of their own."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from console.installation import Installation
from console.listing import Listing
from console.screen import good, run, screen
from console.times import iso, when
from contracts.agencies import Agency
from runtime.audit.entry import Act, Action
from runtime.people.lists import Listed, Right
from runtime.people.people import checked

app = typer.Typer(help="The people of agencies: who works where, with a key of their own.", no_args_is_help=True)
NAME = Annotated[str, typer.Argument(help="a pseudonym such as a staff number, never a real name")]
AT = Annotated[list[str], typer.Option("--at", help="slug of the agency; may be given several times")]
RIGHT = Annotated[
    list[Right] | None,
    typer.Option(
        "--right",
        help="what they may do in the web console there, and nothing else (`keten people rights`); none: handle and operate",
    ),
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
def list_people(
    at: Annotated[list[str] | None, typer.Option("--at", help="slug of the agency")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs, with the fingerprint of each key")] = False,
) -> None:
    """Who works where, and who did."""
    run(_list(at, as_json=as_json))


@app.command("rights")
def list_rights() -> None:
    """The rights that somebody may have, and what each lets them do in the web console."""
    run(_rights())


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


async def _list(slugs: list[str] | None, *, as_json: bool) -> None:
    installation = Installation.at_rest()
    lists = installation.people.lists
    chosen = [installation.directory.get(slug).slug for slug in slugs] if slugs else lists.agencies()
    people = [person for slug in chosen for person in lists.ever(slug)]
    if as_json:
        screen.print_as_json([_for_programs(person) for person in people])
        return
    table = Listing("agency", "person", "key", "rights", "since", "until")
    for person in people:
        until = when(person.until) if person.until else "-"
        table.add(person.agency, person.name, f"#{person.number}", _said(person.rights), when(person.since), until)
    screen.print(table if table.rows else "nobody yet: `keten people add NAME --at AGENCY`")


async def _rights() -> None:
    from console.web.rights import rights_said
    from console.web.spoken import spoken

    table = Listing("right", "is called", "lets somebody do")
    for right, (name, may) in rights_said(spoken("en")).items():
        table.add(right, name, may)
    screen.print(table)


def _for_programs(person: Listed) -> dict[str, Any]:
    told = {"agency": person.agency, "person": person.name, "key": person.number, "fingerprint": person.fingerprint}
    return {**told, "rights": sorted(person.rights), "since": iso(person.since), "until": iso(person.until)}


def _said(rights: Iterable[Right]) -> str:
    return ", ".join(sorted(rights))
