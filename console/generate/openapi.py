"""The OpenAPI 3.1 document of a post office, which it also gives itself: ``GET /v1/openapi.json``."""

from pathlib import Path
from typing import cast

from fastapi import FastAPI

from console.generate.schemas import as_text
from post_office.app import ROUTERS
from post_office.openapi import TITLE, document
from post_office.serving import hook_routes
from post_office.webhooks.desk import Desk


def openapi_document() -> dict[Path, str]:
    """One file: it is the same for every agency."""
    app = FastAPI(title=TITLE)
    for router in (*ROUTERS, hook_routes(cast("Desk", None))):  # nobody asks these routes anything
        app.include_router(router)
    return {Path("docs/generated/openapi.json"): as_text(document(app))}
