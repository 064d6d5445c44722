"""A workflow that fails with a personal word in its reason."""

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy


@activity.defn
async def break_off(word: str) -> None:
    raise RuntimeError(f"could not work with {word}")


@workflow.defn
class Failing:
    def __init__(self) -> None:
        self._word = ""

    @workflow.run
    async def run(self, word: str) -> None:
        self._word = word
        await workflow.execute_activity(
            break_off,
            word,
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=word,
        )

    @workflow.query
    def seen(self) -> str:
        return self._word
