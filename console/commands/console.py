"""The web console, as a process of its own."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from console.installation import Installation
from console.screen import good, run, screen, settings, stop
from runtime.ending import ending
from runtime.logs import configure_logs
from runtime.private_files import KeyFileError
from runtime.settings import Mode, Settings
from runtime.watchdog import watched


def console(
    *,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="its port; without it KETEN_CONSOLE_PORT")] = None,
    host: Annotated[
        str, typer.Option(help="where it listens; elsewhere than on this machine it wants --cert and --key")
    ] = "127.0.0.1",
    cert: Annotated[Path | None, typer.Option(help="PEM file with its certificate, which browsers must believe")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file with the private key of that certificate, mode 0600")] = None,
    dev_issuer: Annotated[
        bool, typer.Option("--dev-issuer", help="log in without accounts, on this machine only: to try it with invented data")
    ] = False,
) -> None:
    """The pages for people who handle cases, of the agencies whose keys lie here; in the foreground, Ctrl-C stops it."""
    if (cert is None) != (key is None):
        stop("TLS needs both --cert and --key, or neither")
    configured = settings()
    configure_logs(as_json=configured.log_json)
    shown = (cert, key) if cert and key else None
    run(_serve(configured, (host, configured.console_port if port is None else port), shown, dev_issuer=dev_issuer))


async def _serve(configured: Settings, at: tuple[str, int], shown: tuple[Path, Path] | None, *, dev_issuer: bool) -> None:
    from console.web.composition import Trying, check_login, web_console
    from runtime.http.listening import Shown, bound

    check_login(configured, trying=dev_issuer)
    installation = Installation.reach(_only_agency(configured))
    if not installation.with_key:
        raise KeyFileError(f"no agency's operator key lies in {configured.keys}: this console would be for nobody")
    installation.prepare()
    door = bound(*at, Shown(*shown) if shown else None)
    async with ending() as end, web_console(installation, door, Trying() if dev_issuer else None) as answering, watched():
        names = ", ".join(agency.slug for agency in installation.with_key)
        screen.print(good("The console answers", f" at {answering.address}, for {names}; Ctrl-C stops it"), soft_wrap=True)
        await end.wait(asyncio.Event().wait())


def _only_agency(configured: Settings) -> str | None:
    """The agency whose process this is, if there is one."""
    if configured.mode is not Mode.PRODUCTION:
        return None
    here = Installation.at_rest().with_key
    return here[0].slug if len(here) == 1 else None
