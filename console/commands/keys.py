"""The keys of agencies, which encrypt the keys of their cases."""

from datetime import timedelta
from typing import Annotated

import typer

from console.installation import Installation
from console.screen import good, run, screen
from contracts.counted import counted
from runtime.audit.entry import Action

app = typer.Typer(help="The keys of agencies, which encrypt the keys of their cases.", no_args_is_help=True)


@app.command()
def rotate(agency: Annotated[str, typer.Argument(help="slug of the agency")]) -> None:
    """Give an agency a new key while everything runs. Histories stay as they are; copies of the old key are worth nothing."""
    run(_rotate(agency))


@app.command()
def renew(agency: Annotated[str, typer.Argument(help="slug of the agency")]) -> None:
    """Give an agency new keys to sign and be written to, used at once; the older ones are taken for a while longer."""
    run(_renew(agency))


async def _renew(slug: str) -> None:
    installation = Installation.reach()
    agency, overlap = installation.directory.get(slug), installation.settings.key_overlap
    async with installation.witness.act(agency, Action.ROTATE_KEY, "event_keys"):
        number = installation.event_keys.rotate(agency.slug, timedelta(days=overlap))
    screen.print(good("renewed", f": {agency.slug} signs with key {number}; the older ones are taken for {overlap:g} days"))


async def _rotate(slug: str) -> None:
    installation = Installation.reach()
    agency = installation.directory.get(slug)
    async with installation.witness.act(agency, Action.ROTATE_KEY, "wrapping_key"):
        with screen.waiting(f"encrypting the keys of {agency.slug}'s cases with a new key"):
            number = await installation.case_keys(agency.slug).rotate()
    screen.print(good("rotated", f": the new key of {agency.slug} encrypts the keys of {counted(number, 'case')}"))
