"""What was done so that everybody can use the console, and what is not met."""

from fastapi import APIRouter, Request, Response

from console.web.asked import asked
from console.web.ports import Desk


def routes(desk: Desk) -> APIRouter:
    """The page; it shows nothing but words."""
    router = APIRouter()

    @router.get("/accessibility")
    async def page(request: Request) -> Response:
        who = await asked(desk, request, None)
        return desk.page(request, who.visit, "accessibility.html")

    return router
