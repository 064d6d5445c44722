"""A desk whose handler fails when it has changed half of the file. In a module of its own, because the sandbox imports it."""

from collections.abc import Callable

from temporalio import workflow

from contracts.events.signals import CaseAccepted
from workflows.engine.admission import hears
from workflows.engine.record import Received
from workflows.signal.file import SignalFile
from workflows.signal.routing import SignalRouting


@workflow.defn(name="SignalRouting")
class FaultySignal(SignalRouting):
    @workflow.init
    def __init__(self, file: SignalFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: SignalFile) -> None:
        await super().run(file)

    @hears()
    def case_accepted(self, received: Received[CaseAccepted]) -> None:
        """It fails in the middle."""
        self.file.asked.clear()
        self.alarm("an example alarm")
        self.move("CaseAccepted")
        raise LookupError(received.sender.slug)


@workflow.defn(name="SignalRouting")
class UnguardedSignal(FaultySignal):
    @workflow.init
    def __init__(self, file: SignalFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: SignalFile) -> None:
        await super().run(file)

    def attempt(self, what: str, work: Callable[[], None]) -> None:
        work()
