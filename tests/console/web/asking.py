"""Asks an application for pages, without a server."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Self

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI


class Asker:
    """Whoever asks for pages; an answer that leads elsewhere is not followed."""

    def __init__(self, portal: BlockingPortal, client: httpx.AsyncClient) -> None:
        self._portal = portal
        self._client = client

    @classmethod
    @contextmanager
    def of(cls, app: FastAPI) -> Generator[Self]:
        """One of an application."""
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console")
        with start_blocking_portal() as portal:
            yield cls(portal, client)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> httpx.Response:
        """Open a page."""
        return self._ask("GET", path, params=params)

    def post(
        self, path: str, data: Mapping[str, str] | None = None, content: bytes | None = None, headers: Any = None
    ) -> httpx.Response:
        """Send a form."""
        return self._ask("POST", path, data=data, content=content, headers=headers)

    def at_once(self, path: str, data: Mapping[str, str], times: int) -> list[httpx.Response]:
        """Send a form several times at the same moment."""

        async def together() -> list[httpx.Response]:
            return await asyncio.gather(*(self._client.post(path, data=data) for _ in range(times)))

        return self._portal.call(together)

    def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self._portal.call(partial(self._client.request, method, path, **given))
