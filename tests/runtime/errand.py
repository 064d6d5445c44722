"""A workflow that uses what Keten's use: an update with a validator, a query, a timer, an activity, a continued run."""

import asyncio
from datetime import timedelta

from temporalio import activity, workflow

LONG = timedelta(seconds=30)


@activity.defn
async def fetch(what: str) -> str:
    return f"{what} fetched"


@workflow.defn
class Errand:
    @workflow.init
    def __init__(self, said: str = "") -> None:
        self._said = said

    @workflow.run
    async def run(self, _: str = "") -> str:
        await workflow.wait_condition(lambda: bool(self._said))
        await asyncio.sleep(0.01)
        return await workflow.execute_activity(fetch, self._said, start_to_close_timeout=LONG)

    @workflow.update
    def say(self, what: str) -> str:
        self._said = what
        return f"{what} it is"

    @say.validator
    def _not_empty(self, what: str) -> None:
        if not what:
            raise ValueError("say something")

    @workflow.query
    def said(self) -> str:
        return self._said
