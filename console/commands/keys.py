"""The keys of agencies, which encrypt the keys of their cases."""

from typing import Annotated

import typer

from console.installation import Installation
from console.screen import run, screen
from runtime.audit.entry import Action

app = typer.Typer(help="The keys of agencies, which encrypt the keys of their cases.", no_args_is_help=True)


@app.command()
def rotate(agency: Annotated[str, typer.Argument(help="slug of the agency")]) -> None:
    """Give an agency a new key while everything runs. Histories stay as they are; copies of the old key are worth nothing."""
    run(_rotate(agency))


async def _rotate(slug: str) -> None:
    installation = Installation.reach()
    agency = installation.directory.get(slug)
    async with installation.witness.act(agency, Action.ROTATE_KEY, "wrapping_key"):
        with screen.status(f"encrypting the keys of {agency.slug}'s cases with a new key"):
            number = await installation.case_keys(agency.slug).rotate()
    screen.print(f"[green]rotated[/green]: the new key of {agency.slug} encrypts the keys of {number} cases")
