"""How the console works, for whoever has not seen it before."""

from fastapi import APIRouter, Request, Response

from console.web.asked import asked
from console.web.ports import Desk


def routes(desk: Desk) -> APIRouter:
    """The page; it shows nothing but words."""
    router = APIRouter()

    @router.get("/help")
    async def page(request: Request) -> Response:
        who = await asked(desk, request, None)
        return desk.page(request, who.visit, "help.html")

    return router
