"""``keten post-office token``: who of an agency's own systems may ask its post office."""

from typing import Annotated

import typer

from console.installation import Installation
from console.listing import Listing
from console.screen import good, run, screen
from console.times import when
from contracts.agencies import Agency
from contracts.counted import counted
from post_office.tokens import Scope, Tokens, checked
from runtime.audit.entry import Action

app = typer.Typer(help="Tokens by which an agency's own systems ask its post office.", no_args_is_help=True)

SLUG = Annotated[str, typer.Argument(help="slug of the agency")]
NAME = Annotated[str, typer.Argument(help="of the system that has the token, as `case-system`; it has two at most")]


@app.command()
def add(
    agency: SLUG,
    name: NAME,
    scope: Annotated[list[Scope], typer.Option("--scope", help="what it may do; may be given several times")],
) -> None:
    """A new token: it is printed, alone, to standard output, and never shown again."""
    run(_add(agency, name, scope))


@app.command("list")
def list_tokens(agency: SLUG) -> None:
    """Who has a token, for what, since when; never the token."""
    run(_list(agency))


@app.command()
def end(
    agency: SLUG,
    name: NAME,
    only: Annotated[
        str | None, typer.Option("--id", help="only this one, by its id in the list; otherwise all of that name")
    ] = None,
) -> None:
    """Make tokens worthless, at once."""
    run(_end(agency, name, only))


async def _add(slug: str, name: str, scopes: list[Scope]) -> None:
    installation, agency, tokens = _reached(slug)
    async with installation.witness.act(agency, Action.ADD_TOKEN, f"token:{checked(name)}"):
        token = tokens.add(name, scopes)
    typer.echo(token)


async def _list(slug: str) -> None:
    _, _, tokens = _reached(slug)
    table = Listing("name", "id", "may", "since")
    for token in tokens.listed():
        table.add(token.name, token.id, ", ".join(sorted(token.scopes)), when(token.made))
    screen.print(table if table.rows else "none yet: `keten post-office token add SLUG NAME --scope send --scope read`")


async def _end(slug: str, name: str, only: str | None) -> None:
    installation, agency, tokens = _reached(slug)
    async with installation.witness.act(agency, Action.END_TOKEN, f"token:{checked(name)}"):
        number = tokens.end(name, only)
    screen.print(good("ended", f": {counted(number, 'token')} of {name} at {agency.slug}"))


def _reached(slug: str) -> tuple[Installation, Agency, Tokens]:
    installation = Installation.at_rest()
    agency = installation.directory.get(slug)
    return installation, agency, Tokens.of(installation.settings.keys, agency.slug)
