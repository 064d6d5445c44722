"""Routes by which an agency sets up webhooks, tries them out and sees what became of each try."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ValidationError

from contracts.refusals import Refused
from contracts.strict_json import parse
from post_office.api.webhook_bodies import (
    AttemptShown,
    NewSecret,
    NothingGiven,
    ReplayGiven,
    ReplayShown,
    TestShown,
    WaitingShown,
    WebhookGiven,
    WebhookMade,
    WebhookShown,
    attempt,
    made,
    tested,
    waiting,
    webhook,
)
from post_office.body import body_of, media_type
from post_office.problems import Problem, from_contract
from post_office.webhooks.desk import Desk, none_such

LARGEST = 32_768
"""Bytes of a body."""

PLAIN: dict[str, Any] = {"response_model_by_alias": True, "response_model_exclude_none": True}


def _known_form(webhook_id: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{16}", webhook_id):
        raise none_such()
    return webhook_id


Id = Annotated[str, Depends(_known_form)]
Position = Annotated[int, Path(ge=1, le=2**63 - 1)]
G = TypeVar("G", bound=BaseModel)
Needs = Callable[..., Any]


def webhook_routes(desk: Desk, *, manage: Needs, read: Needs) -> APIRouter:
    """The routes of one agency's webhooks; what cannot be done is a ``Refusal`` or a ``Problem``.

    Args:
        desk: Whom they ask.
        manage: Lets in who may set up webhooks.
        read: Lets in who may see what was tried; the parameter ``before`` may stand in the query.
    """
    routes = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
    _endpoints(routes, desk, [Depends(manage)])
    _tools(routes, desk, [Depends(manage)])
    _tries(routes, desk, [Depends(read)])
    return routes


def _endpoints(routes: APIRouter, desk: Desk, only: list[Any]) -> None:
    @routes.post("", status_code=201, dependencies=only, operation_id="makeWebhook", openapi_extra=_takes(WebhookGiven), **PLAIN)
    async def make(request: Request, response: Response) -> WebhookMade:
        """A new endpoint: it gets what is heard from now on. Its secret is in the answer and is never shown again."""
        seen, secret = await desk.make((await _given(request, WebhookGiven)).wanted())
        response.headers["Location"] = f"/v1/webhooks/{seen.endpoint.id}"
        return made(seen, secret)

    @routes.get("", dependencies=only, operation_id="listWebhooks", **PLAIN)
    async def all_of_them() -> list[WebhookShown]:
        """Every endpoint and how it does; neither URLs nor secrets."""
        return [webhook(seen) for seen in await desk.all()]

    @routes.get("/{webhook_id}", dependencies=only, operation_id="readWebhook", **PLAIN)
    async def one(webhook_id: Id) -> WebhookShown:
        """An endpoint and how it does."""
        return webhook(await desk.one(webhook_id))

    @routes.put("/{webhook_id}", dependencies=only, operation_id="setWebhook", openapi_extra=_takes(WebhookGiven), **PLAIN)
    async def change(request: Request, webhook_id: Id) -> WebhookShown:
        """All of an endpoint anew, its URL too; it is woken if it rests, and what failed is tried at once."""
        return webhook(await desk.change(webhook_id, (await _given(request, WebhookGiven)).wanted()))

    @routes.delete("/{webhook_id}", status_code=204, dependencies=only, operation_id="removeWebhook")
    async def remove(webhook_id: Id) -> None:
        """Nothing more is sent there; the feed has everything."""
        await desk.remove(webhook_id)


def _tools(routes: APIRouter, desk: Desk, only: list[Any]) -> None:
    @routes.post(
        "/{webhook_id}/tests", dependencies=only, operation_id="testWebhook", openapi_extra=_takes(NothingGiven), **PLAIN
    )
    async def test(request: Request, webhook_id: Id) -> TestShown:
        """Sends a test event now and says in words what is wrong. Once it is taken, all that failed is tried at once."""
        await _given(request, NothingGiven)
        return tested(await desk.test(webhook_id))

    @routes.post(
        "/{webhook_id}/secrets",
        status_code=201,
        dependencies=only,
        operation_id="makeWebhookSecret",
        openapi_extra=_takes(NothingGiven),
        **PLAIN,
    )
    async def add_secret(request: Request, webhook_id: Id) -> NewSecret:
        """A new secret; for 24 hours both sign."""
        await _given(request, NothingGiven)
        return NewSecret(secret=await desk.add_secret(webhook_id))

    @routes.post(
        "/{webhook_id}/replays",
        status_code=202,
        dependencies=only,
        operation_id="replayWebhook",
        openapi_extra=_takes(ReplayGiven),
        **PLAIN,
    )
    async def replay(request: Request, webhook_id: Id) -> ReplayShown:
        """Sends again what was heard after an event, or since a moment, with the ids that it has."""
        given = await _given(request, ReplayGiven)
        return ReplayShown(position=await desk.replay(webhook_id, after=given.last_event_id, since=given.since))

    @routes.post(
        "/{webhook_id}/waiting/{position}/set-aside",
        status_code=204,
        dependencies=only,
        operation_id="setAsideForWebhook",
        openapi_extra=_takes(NothingGiven),
    )
    async def set_aside(request: Request, webhook_id: Id, position: Position) -> None:
        """Goes on in a case after an event that the endpoint does not take; the event stays in the feed."""
        await _given(request, NothingGiven)
        await desk.set_aside(webhook_id, position)


def _tries(routes: APIRouter, desk: Desk, only: list[Any]) -> None:
    @routes.get("/{webhook_id}/attempts", dependencies=only, operation_id="listWebhookAttempts", **PLAIN)
    async def attempts(
        webhook_id: Id,
        before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="only tries with a lower number")] = None,
    ) -> list[AttemptShown]:
        """What was tried, the newest first, a hundred at a time; never a body."""
        return [attempt(found) for found in await desk.attempts(webhook_id, before)]

    @routes.get("/{webhook_id}/waiting", dependencies=only, operation_id="listWebhookWaiting", **PLAIN)
    async def waits(webhook_id: Id) -> list[WaitingShown]:
        """Of each case the event that the endpoint has not taken; that which has failed longest first, a hundred."""
        return [waiting(place) for place in await desk.waiting(webhook_id)]


def _takes(kind: type[BaseModel]) -> dict[str, Any]:
    """The body of a request in the OpenAPI document; it is read here, within bounds."""
    optional = kind is NothingGiven
    return {"requestBody": {"required": not optional, "content": {"application/json": {"schema": kind.model_json_schema()}}}}


async def _given(request: Request, kind: type[G]) -> G:
    """What stands in a body; no body is as good as an empty object.

    Raises:
        Problem: It is too large, no JSON, or not as it must be; nothing of it is quoted.
    """
    raw = await body_of(request, LARGEST)
    if raw and media_type(request) != "application/json":
        raise Problem("content_type_unsupported", "send JSON, as application/json")
    try:
        return kind.model_validate(parse(raw) if raw else {})
    except Refused as refused:
        from_contract(refused)
    except ValidationError as error:
        known = {field.alias for field in kind.model_fields.values()}
        pointers = sorted({_pointer(fault["loc"], known) for fault in error.errors()})
        raise Problem("body_invalid", "it is not as it must be: /v1/openapi.json says how", pointers) from None


def _pointer(where: tuple[int | str, ...], known: set[str | None]) -> str:
    """To a field that there is; a name that nobody expected is what somebody wrote, and is not repeated."""
    return "".join(f"/{part}" for part in where if isinstance(part, int) or part in known)
