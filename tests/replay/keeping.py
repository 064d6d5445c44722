"""Workflows that keep something between runs, each in a way of its own: what the test of it must find."""

from typing import ClassVar

from temporalio import workflow

from workflows.dossier.file import DossierFile
from workflows.dossier.process import Dossier

SEEN: list[str] = []


@workflow.defn(name="Dossier")
class InTheModule(Dossier):
    @workflow.init
    def __init__(self, file: DossierFile) -> None:
        super().__init__(file)
        SEEN.append(file.reference)

    @workflow.run
    async def run(self, file: DossierFile) -> None:
        await super().run(file)


@workflow.defn(name="Dossier")
class InTheClass(Dossier):
    seen: ClassVar[dict[str, int]] = {}

    @workflow.init
    def __init__(self, file: DossierFile) -> None:
        super().__init__(file)
        self.seen[str(len(self.seen))] = 1

    @workflow.run
    async def run(self, file: DossierFile) -> None:
        await super().run(file)


def _remember(text: str, known: list[str] = []) -> None:  # noqa: B006 - the fault that must be found
    known.append(text)


@workflow.defn(name="Dossier")
class InADefault(Dossier):
    @workflow.init
    def __init__(self, file: DossierFile) -> None:
        super().__init__(file)
        _remember(file.reference)

    @workflow.run
    async def run(self, file: DossierFile) -> None:
        await super().run(file)


KINDS = (InTheModule, InTheClass, InADefault)
