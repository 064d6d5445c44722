"""Where the parts of the codec server meet."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx

from console.codec_server.access import Access
from console.codec_server.app import CodecServer, codec_app
from console.codec_server.audit import DecodeAudit
from console.codec_server.reader import Reader
from console.door import DEV_ISSUER
from console.door.browsers import for_browsers
from console.door.dev_issuer import DevIssuer
from console.door.dev_pages import DevPages
from console.door.issuer import Issuer
from console.door.tokens import Tokens
from runtime.http.listening import Door, listening
from runtime.settings import Settings
from runtime.web_address import stays_here
from workers.wiring import Wiring

DEV_AUDIENCE = "keten-codec"


class Trust(NamedTuple):
    """Whose tokens are taken, and for whom they must be."""

    issuer: str
    audience: str


def trust(settings: Settings) -> Trust:
    """The issuer that the settings name.

    Raises:
        ValueError: They name none.
    """
    if not settings.oidc_issuer or not settings.oidc_audience:
        raise ValueError(
            "nobody says who may read: set KETEN_OIDC_ISSUER and KETEN_OIDC_AUDIENCE, or try it on this machine with --dev-issuer"
        )
    return Trust(settings.oidc_issuer, settings.oidc_audience)


@asynccontextmanager
async def codec_server(
    wiring: Wiring,
    audit: DecodeAudit,
    door: Door,
    origin: str | None,
    show_code: Callable[[str], None] | None = None,
) -> AsyncGenerator[str]:
    """Answer while the context lasts.

    Args:
        wiring: Directory and keys.
        audit: Where readings are written down.
        door: Where it answers.
        origin: Where the Temporal UI is; None: there is none.
        show_code: What shows the codes of an issuer for development. None: the settings name the issuer.

    Yields:
        Its address.
    """
    address = door.address
    dev = DevIssuer(address + DEV_ISSUER, DEV_AUDIENCE, wiring.directory, show_code) if show_code else None
    trusted = Trust(dev.url, DEV_AUDIENCE) if dev else trust(wiring.settings)
    async with httpx.AsyncClient(trust_env=not stays_here(trusted.issuer)) as client:
        access = Access(Tokens(Issuer(trusted.issuer, client), trusted.audience), origin, by_cookie=dev is not None)
        app = codec_app(CodecServer(access, wiring.directory.by_slug, audit, Reader(wiring.codec)))
        if dev:
            app.include_router(DevPages(dev).routes())
        async with listening(for_browsers(app, origin), door):
            yield address
