"""The workflows with a page that is full as soon as anything happened, and three that lose something when the page turns.

In a module of its own, because the workflow sandbox imports it. Each ``run`` gives back its file, so that files can be compared.
"""

from typing import NoReturn

from temporalio import workflow

from workflows.case.case import Case
from workflows.case.file import CaseFile
from workflows.dossier.file import DossierFile
from workflows.dossier.process import Dossier
from workflows.signal.file import SignalFile
from workflows.signal.routing import SignalRouting


class Plain:
    """Never a new page."""

    page_is_full = False


class Paged:
    """A new page whenever something has happened on this one."""

    _stirred: int

    @property
    def page_is_full(self) -> bool:
        return self._stirred > 0


@workflow.defn(name="Case")
class PlainCase(Plain, Case):
    @workflow.init
    def __init__(self, file: CaseFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: CaseFile) -> CaseFile:  # type: ignore[override]
        await super().run(file)
        return self.file


@workflow.defn(name="Case")
class PagedCase(Paged, Case):
    @workflow.init
    def __init__(self, file: CaseFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: CaseFile) -> CaseFile:  # type: ignore[override]
        await super().run(file)
        return self.file


@workflow.defn(name="Case")
class CaseThatLosesLetters(Paged, Case):
    @workflow.init
    def __init__(self, file: CaseFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: CaseFile) -> CaseFile:  # type: ignore[override]
        await super().run(file)
        return self.file

    def _turn_page(self) -> NoReturn:
        workflow.continue_as_new(self.file.model_copy(update={"outbox": []}))


@workflow.defn(name="Case")
class CaseThatForgetsNumbers(Paged, Case):
    @workflow.init
    def __init__(self, file: CaseFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: CaseFile) -> CaseFile:  # type: ignore[override]
        await super().run(file)
        return self.file

    def _turn_page(self) -> NoReturn:
        workflow.continue_as_new(self.file.model_copy(update={"sent": {}, "ids": []}))


@workflow.defn(name="Case")
class CaseThatForgetsTickets(Paged, Case):
    @workflow.init
    def __init__(self, file: CaseFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: CaseFile) -> CaseFile:  # type: ignore[override]
        await super().run(file)
        return self.file

    def _turn_page(self) -> NoReturn:
        workflow.continue_as_new(self.file.model_copy(update={"tickets": {}}))


@workflow.defn(name="SignalRouting")
class PlainSignal(Plain, SignalRouting):
    @workflow.init
    def __init__(self, file: SignalFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: SignalFile) -> SignalFile:  # type: ignore[override]
        await super().run(file)
        return self.file


@workflow.defn(name="SignalRouting")
class PagedSignal(Paged, SignalRouting):
    @workflow.init
    def __init__(self, file: SignalFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: SignalFile) -> SignalFile:  # type: ignore[override]
        await super().run(file)
        return self.file


@workflow.defn(name="Dossier")
class PlainDossier(Plain, Dossier):
    @workflow.init
    def __init__(self, file: DossierFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: DossierFile) -> DossierFile:  # type: ignore[override]
        await super().run(file)
        return self.file


@workflow.defn(name="Dossier")
class PagedDossier(Paged, Dossier):
    @workflow.init
    def __init__(self, file: DossierFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: DossierFile) -> DossierFile:  # type: ignore[override]
        await super().run(file)
        return self.file
