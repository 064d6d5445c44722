"""Style and script: files of ours under names that change with what is in them, so that browsers may keep them."""

import gzip
import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

AT = "/look/"
FOLDER = Path(__file__).parents[1] / "look"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
KEPT = "public, max-age=31536000, immutable"


class Look(NamedTuple):
    """One file, as it is sent."""

    content: bytes
    compressed: bytes
    type: str


class Looks:
    """The files of a folder and those below it, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._addresses: dict[str, str] = {}
        self._looks: dict[str, Look] = {}
        for path in sorted(path for path in folder.rglob("*") if path.suffix in TYPES and "templates" not in path.parts):
            content = path.read_bytes()
            known = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}"
            self._addresses[path.relative_to(folder).as_posix()] = AT + known
            self._looks[known] = Look(content, gzip.compress(content, mtime=0), TYPES[path.suffix])

    def address(self, name: str) -> str:
        """Where a file is, by its name in the folder.

        Raises:
            LookupError: There is none of this name.
        """
        return self._addresses[name]

    def routes(self) -> APIRouter:
        """The route of all of them; they hold nothing that anybody may not see."""
        router = APIRouter()
        router.add_api_route(AT + "{name}", self._send, methods=["GET"], response_model=None)
        return router

    async def _send(self, request: Request, name: str) -> Response:
        look = self._looks.get(name)
        if look is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        packed = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"Cache-Control": KEPT, "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if packed else {})}
        return Response(look.compressed if packed else look.content, media_type=look.type, headers=headers)
