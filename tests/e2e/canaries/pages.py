"""What the servers show of themselves: Temporal over HTTP on whatever ports it listens, the bus when it is asked."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx

from runtime.bus.connection import connect
from tests.e2e.canaries.left import Marked
from tests.installed import Here

LISTENS = "0A"
ASKED = {
    "VARZ": {},
    "CONNZ": {"subscriptions": True, "subscriptions_detail": True, "auth": True, "state": 2},
    "SUBSZ": {"subscriptions": True},
    "ACCOUNTZ": {},
    "STATSZ": {},
    "JSZ": {"accounts": True, "streams": True, "consumer": True, "config": True},
    "HEALTHZ": {},
}
"""What the bus tells whoever has the system's key, with everything that it can add."""


def ports(pid: int) -> set[int]:
    """The TCP ports on which a process listens (Linux)."""
    links = [path.readlink() for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
    sockets = {str(link)[len("socket:[") : -1] for link in links if str(link).startswith("socket:[")}
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == LISTENS and row[9] in sockets}


async def web_pages(pid: int, marked: Marked) -> AsyncGenerator[tuple[str, str]]:
    """Metrics, listings, descriptions and histories of the marked case, from every port of a server that speaks HTTP."""
    async with httpx.AsyncClient(timeout=20) as client:
        for port in sorted(ports(pid)):
            for path in ("/metrics", *_paths(marked)):
                try:
                    answer = await client.get(f"http://127.0.0.1:{port}{path}")
                except httpx.HTTPError:  # it speaks something else
                    break
                if answer.is_success:
                    yield path, answer.text


def _paths(marked: Marked) -> list[str]:
    files = [file for file in marked.files if file.view.reference == marked.reference]
    spaces = sorted({f"/api/v1/namespaces/{file.agency.namespace}/workflows" for file in files})
    cases = [f"/api/v1/namespaces/{file.agency.namespace}/workflows/{file.handle.id}" for file in files]
    return [*spaces, *cases, *(f"{case}/history" for case in cases)]


async def bus_pages(here: Here) -> dict[str, str]:
    """What the bus tells of itself, its connections, subscriptions and streams."""
    client = await connect(here.installation.nats_url, here.installation.keys.system_seed())
    try:
        return {
            name: (await client.request(f"$SYS.REQ.SERVER.PING.{name}", json.dumps(options).encode(), timeout=20)).data.decode()
            for name, options in ASKED.items()
        }
    finally:
        await client.close()
