"""What may be sent and heard, who takes part, how the post office does, and what it understands."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from post_office import shown
from post_office.catalogue import agencies, catalogue
from post_office.door import door, needs, nobody
from post_office.health import Does
from post_office.openapi import document, documented
from post_office.tokens import Listed, Scope

router = APIRouter(prefix="/v1", tags=["about"])

Asker = Annotated[Listed, Depends(needs(frozenset(Scope)))]
_WORST = (Does.FAIL, Does.WARN)
_DOCUMENT: dict[int, Any] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get(
    "/catalogue",
    operation_id="getCatalogue",
    **documented("What this agency may send, and what it hears", (), {200: shown.CatalogueShown}),
)
async def get_catalogue(request: Request, who: Asker) -> Response:
    """With ground, purpose, retention, personal fields, schema, example and versions of each event."""
    del who
    return shown.answer(catalogue(door(request).about))


@router.get("/agencies", operation_id="listAgencies", **documented("Who takes part", (), {200: list[shown.AgencyShown]}))
async def get_agencies(request: Request, who: Asker) -> Response:
    """By slug."""
    del who
    return shown.answers(shown.AGENCIES, agencies(door(request).about))


@router.get(
    "/health", operation_id="getHealth", **documented("How the post office does, part by part", (), {200: shown.HealthShown})
)
async def health(request: Request, who: Asker) -> Response:
    """200 whenever it answers: the words are inside."""
    del who
    here = door(request)
    parts = await here.about.health.parts()
    found = {part.does for part in parts}
    worst = next((does for does in _WORST if does in found), Does.PASS)
    listed = [shown.PartShown(name=part.name, status=part.does, words=part.words, since=part.since) for part in parts]
    open_now = {"waiting": here.held.taken, "streams": here.streams.taken}
    return shown.answer(shown.HealthShown(status=worst, parts=listed, under_way=open_now))


@router.get(
    "/openapi.json",
    operation_id="getOpenapi",
    dependencies=[Depends(nobody)],
    **documented("This document", None, _DOCUMENT),
)
async def openapi(request: Request) -> Response:
    """Without a token, and readable by pages of others: it says nothing of an agency (NL API Design Rules)."""
    return JSONResponse(document(request.app), headers={"Access-Control-Allow-Origin": "*"})
