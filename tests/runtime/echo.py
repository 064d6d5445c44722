"""The smallest workflow that shows how it sees its input."""

from temporalio import workflow

from contracts.agencies import Party


@workflow.defn
class Echo:
    @workflow.run
    async def run(self, party: Party) -> Party:
        return party.model_copy(update={"name": f"{type(party).__name__} {party.name}"})
