"""The codec server, and a token for it while one develops."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from console.codec_server.audit import AuditLogs
from console.door import DEV_ISSUER
from console.screen import errors, good, run, screen, settings, stop, styled
from runtime.ending import ending
from runtime.logs import configure_logs
from runtime.servers.running import read_running
from runtime.settings import Settings
from runtime.watchdog import watched
from runtime.web_address import is_loopback
from workers.wiring import Wiring

app = typer.Typer(help="Show people in clear, in the Temporal UI and CLI, what they may read.", invoke_without_command=True)
PORT = Annotated[int | None, typer.Option(min=0, max=65535, help="its port; without it KETEN_CODEC_PORT")]


class Where(NamedTuple):
    """Where it listens, and the files that it shows itself with."""

    host: str
    port: int
    cert: Path | None
    key: Path | None


@app.callback()
def serve(
    context: typer.Context,
    *,
    port: PORT = None,
    host: Annotated[
        str, typer.Option(help="where it listens; elsewhere than on this machine it wants --cert and --key")
    ] = "127.0.0.1",
    cert: Annotated[Path | None, typer.Option(help="PEM file with its certificate, which browsers must believe")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file with the private key of that certificate, mode 0600")] = None,
    dev_issuer: Annotated[bool, typer.Option("--dev-issuer", help="also give tokens, to whoever sees this terminal")] = False,
) -> None:
    """Decode for the Temporal UI and CLI, in the foreground; Ctrl-C stops it."""
    if context.invoked_subcommand:
        return
    if (cert is None) != (key is None):
        stop("TLS needs both --cert and --key, or neither")
    configured = settings()
    configure_logs(as_json=configured.log_json)
    where = Where(host, configured.codec_port if port is None else port, cert, key)
    run(_serve(configured, where, dev_issuer=dev_issuer))


@app.command()
def token(
    agency: Annotated[str, typer.Option(help="slug of the agency whose cases are to be read")],
    case: Annotated[str | None, typer.Option(help="only this case")] = None,
    person: Annotated[str, typer.Option(help="who reads")] = "developer",
    port: PORT = None,
) -> None:
    """A token from the codec server's issuer for development: prints it, and nothing else, to standard output."""
    import httpx

    address = f"http://127.0.0.1:{settings().codec_port if port is None else port}"
    errors.print("one-time code, from the terminal of `keten codec-server --dev-issuer`: ", end="")
    code = sys.stdin.readline()  # typer's prompt would write a space to standard output
    wish = {"code": code, "agency": agency, "person": person, **({"case": case} if case else {})}
    try:
        answer = httpx.post(f"{address}{DEV_ISSUER}/token", data=wish, trust_env=False)
        said = answer.json()
    except (httpx.HTTPError, ValueError):
        stop(f"no codec server answers at {address}: start it with `keten codec-server --dev-issuer`")
    if answer.is_error:
        stop(said["detail"])
    typer.echo(said["access_token"])


async def _serve(configured: Settings, where: Where, *, dev_issuer: bool) -> None:
    from console.codec_server.composition import codec_server
    from runtime.http.listening import Shown, bound

    _check_issuer(configured, where.host, dev_issuer=dev_issuer)
    running = read_running(configured)
    origin = configured.codec_ui_origin or (running.ui_url if running else None)
    wiring, show_code = Wiring(configured, "", ""), _show if dev_issuer else None
    shown = Shown(where.cert, where.key) if where.cert and where.key else None
    door = bound(where.host, where.port, shown)
    server = codec_server(wiring, AuditLogs(wiring.audit), door, origin, show_code)
    async with ending() as end, server as address, watched():
        screen.print(good("The codec server answers", f" at {address}, {_whom(origin)}"), soft_wrap=True)
        if dev_issuer:
            screen.print(f"For the Temporal UI log in at {address}{DEV_ISSUER}/login; Ctrl-C stops it.", soft_wrap=True)
        await end.wait(asyncio.Event().wait())


def _check_issuer(configured: Settings, host: str, *, dev_issuer: bool) -> None:
    if not dev_issuer:
        from console.codec_server.composition import trust

        trust(configured)
        return
    if not is_loopback(host):
        raise ValueError(f"--dev-issuer gives tokens to whoever sees a terminal, so it serves this machine only, not {host}")
    if configured.oidc_issuer:
        raise ValueError("KETEN_OIDC_ISSUER names an issuer already: leave one of the two away, it or --dev-issuer")


def _show(code: str) -> None:
    screen.print(styled("one-time code: ", (code, "bold")), soft_wrap=True)


def _whom(origin: str | None) -> str:
    return f"pages of {origin} and the Temporal CLI" if origin else "the Temporal CLI only: KETEN_CODEC_UI_ORIGIN names no UI"
