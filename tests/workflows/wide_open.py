"""Placements and cases that show all that their file holds, or keep it as an earlier version did."""

from temporalio import workflow

from workflows.case.case import Case
from workflows.case.file import CaseFile
from workflows.placement.file import PlacementFile
from workflows.placement.process import Placement


@workflow.defn(name="Placement")
class WideOpen(Placement):
    @workflow.init
    def __init__(self, file: PlacementFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: PlacementFile) -> None:
        await super().run(file)

    @workflow.query
    def whole(self) -> str:
        return self.file.model_dump_json()


class Keeping(PlacementFile):
    """One that holds what an offer told, whatever became of it."""

    def forget(self) -> None:
        pass


@workflow.defn(name="Placement")
class OfBefore(Placement):
    """As placements were before: nothing is forgotten, and everything is kept for the term of help."""

    file_type = Keeping

    @workflow.init
    def __init__(self, file: Keeping) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: Keeping) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as the library wants it
        await super().run(file)


@workflow.defn(name="Case")
class WideOpenCase(Case):
    @workflow.init
    def __init__(self, file: CaseFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: CaseFile) -> None:
        await super().run(file)

    @workflow.query
    def whole(self) -> str:
        return self.file.model_dump_json()


class KeepingCase(CaseFile):
    """One that holds what a report told, whoever took the case."""

    def forget(self) -> None:
        pass


@workflow.defn(name="Case")
class CaseOfBefore(Case):
    """As cases were before: one that was not taken is kept as one that was."""

    file_type = KeepingCase

    @workflow.init
    def __init__(self, file: KeepingCase) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: KeepingCase) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as the library wants it
        await super().run(file)
