"""A post office over HTTP: its routes, what stands around them, and how it answers on a socket."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from post_office.api import about as about_routes
from post_office.api import cases, consumers, events, feed
from post_office.door import About, Door
from post_office.guard import Guard
from post_office.openapi import TITLE, document
from post_office.ports import Book
from post_office.problems import speak_of_problems
from runtime.http.listening import Door as Listener
from runtime.http.listening import listening
from runtime.http.patience import Limits

ROUTERS = (events.router, feed.router, consumers.router, cases.router, about_routes.router)


def application(book: Book, about: About, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The routes of one post office.

    Args:
        book: What keeps.
        about: Of whom, and for whom.
        routers: Further routes; ``door(request)`` and ``needs`` are theirs, too.
    """
    app = FastAPI(title=TITLE, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.door = here = Door(book, about)
    for router in (*ROUTERS, *routers):
        app.include_router(router)
    app.openapi = lambda: document(app)
    speak_of_problems(app)
    app.add_middleware(Guard, door=here)
    return app


@asynccontextmanager
async def serve(app: FastAPI, listener: Listener) -> AsyncGenerator[str]:
    """Answer while the context lasts; then what is held open answers at once, and everything under way ends.

    Args:
        app: What ``application`` made.
        listener: Where: with TLS, or on loopback (``runtime.http.listening.bound``).

    Yields:
        Its address.
    """
    here: Door = app.state.door
    bounds = here.limits
    limits = Limits(
        waiting=400,
        of_one_address=200,  # a proxy, or the agency's one system, is one address
        connections=2 * bounds.under_way + 400,  # what is too much hears so from the guard, in words
        answer=bounds.stream + bounds.wait,
    )
    async with listening(app, listener, limits, server="post-office"):
        try:
            yield listener.address
        finally:
            here.closing.set()
