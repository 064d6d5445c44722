"""Files as people see and decide them: over all agencies for which this console may act."""

import asyncio
import json
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError
from temporalio.client import WorkflowExecution, WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from console.installation import Installation
from console.screen import explain
from console.witness import Witness
from contracts.agencies import Agency
from contracts.commands import COMMANDS
from contracts.event import OUTLIVING
from contracts.logged import decided
from contracts.views import Choice, FileView
from runtime.audit.entry import Action
from runtime.case_keys import CaseErased

T = TypeVar("T")


class Found(NamedTuple):
    """A file, where it is kept, and how to reach it."""

    agency: Agency
    handle: WorkflowHandle[Any, Any]
    view: FileView


class Row(NamedTuple):
    """A file in a listing, from search attributes alone."""

    agency: str
    reference: str
    kind: str
    phase: str
    owner: str
    region: str
    deadline: Any
    status: str


class Files:
    """Reads by query, writes by update; either is written into the agency's audit log first."""

    def __init__(self, installation: Installation, witness: Witness | None = None) -> None:
        self._installation = installation
        self._witness = witness or installation.witness

    async def about(self, reference: str) -> list[Found]:
        """Every file about a case that this installation may see, oldest first."""
        found = await _together(*(self.at(agency, reference) for agency in self._installation.ours))
        files = [file for of_agency in found for file in of_agency]
        return sorted(files, key=lambda file: file.view.story[0].at if file.view.story else file.view.track.since)

    async def listing(self, *conditions: str) -> list[Row]:
        """Files that fulfil all conditions (Temporal list filter), by deadline."""
        query = " AND ".join(conditions) or "KetenCase IS NOT NULL"
        rows = await _together(*(self._rows(agency, query) for agency in self._installation.ours))
        return sorted((row for of_agency in rows for row in of_agency), key=lambda row: (str(row.deadline or "9"), row.agency))

    async def decide(self, file: Found, command: str, content: dict[str, Any]) -> str:
        """Do what a person decided.

        Returns:
            The phase after it.

        Raises:
            ValueError: It is not possible now, or the content is wrong; the message says why.
            NotLogged: The processing log cannot be written, so nothing is decided.
        """
        if command not in {choice.command for choice in file.view.choices}:
            raise ValueError(f"{command} is not possible now at {file.agency.slug}; {_possible(file.view.choices)}")
        try:
            order = COMMANDS[command].model_validate(content)
        except ValidationError as error:
            raise ValueError(f"{command}: {explain(error)}") from None
        handle: Any = file.handle
        record = decided(command, file.view.reference, file.agency, datetime.now(UTC))
        log = self._installation.processing_log(file.agency.slug)
        async with self._witness.act(file.agency, Action.DECIDE, command, file.view.reference):
            await log.write([record])
            try:
                return await handle.execute_update(command, order, result_type=str)
            except WorkflowUpdateFailedError as error:
                await log.write([record.refused(datetime.now(UTC))])
                raise ValueError(_words(error)) from None

    async def at(self, agency: Agency, reference: str) -> list[Found]:
        """The files about a case at one agency; of one that was erased, what is kept about that."""
        client = await self._installation.client(agency)
        rows = [row async for row in client.list_workflows(f"KetenCase = '{reference}'")]
        if not rows:  # perhaps its office never ran, and there is no database of keys yet
            return []
        _, destroyed = await self._installation.case_keys(agency.slug).held(reference)
        names = [row.id for row in _latest(rows) if not destroyed or row.id.split("-")[0] in OUTLIVING]
        handles: list[WorkflowHandle[Any, Any]] = [client.get_workflow_handle(name) for name in names]
        for handle in handles:
            await self._witness.read(agency, handle.id.split("-")[0], reference)
        views = await _together(*(self._view(agency, handle, reference) for handle in handles))
        return [Found(agency, handle, view) for handle, view in zip(handles, views, strict=True) if view]

    async def _view(self, agency: Agency, handle: WorkflowHandle[Any, Any], reference: str) -> FileView | None:
        """None if it is gone, or was erased while somebody was about to look."""
        try:
            return await handle.query("view", result_type=FileView)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        except (WorkflowQueryFailedError, CaseErased):
            _, destroyed = await self._installation.case_keys(agency.slug).held(reference)
            if destroyed and handle.id.split("-")[0] not in OUTLIVING:
                return None
            raise

    async def _rows(self, agency: Agency, query: str) -> list[Row]:
        await self._witness.read(agency, "cases")
        client = await self._installation.client(agency)
        return [_row(agency, run) for run in _latest([run async for run in client.list_workflows(query)])]


async def _together(*reading: Coroutine[Any, Any, T]) -> list[T]:
    """All of them, or the first fault, when none is under way any more: the client must not be left in the middle of a call."""
    read = await asyncio.gather(*reading, return_exceptions=True)
    faults = [found for found in read if isinstance(found, BaseException)]
    if faults:
        raise faults[0]
    return [found for found in read if not isinstance(found, BaseException)]


def _latest(runs: list[WorkflowExecution]) -> list[WorkflowExecution]:
    """One run per file: a continued one stands for those before it."""
    newest: dict[str, WorkflowExecution] = {}
    for run in sorted(runs, key=lambda run: run.start_time):
        newest[run.id] = run
    return list(newest.values())


def _row(agency: Agency, run: WorkflowExecution) -> Row:
    attributes: Any = run.typed_search_attributes  # generic in the library
    values: dict[str, Any] = {pair.key.name: pair.value for pair in attributes}
    texts = [str(values.get(f"Keten{name}", "-")) for name in ("Case", "Kind", "Phase", "Owner", "Region")]
    status = run.status.name.lower() if run.status else "-"
    return Row(agency.slug, *texts, deadline=values.get("KetenDeadline"), status=status)


def _possible(choices: tuple[Choice, ...]) -> str:
    names = ", ".join(choice.command for choice in choices)
    return f"possible: {names}" if names else "nothing is decided there now"


def _words(error: WorkflowUpdateFailedError) -> str:
    cause = error.cause
    text = getattr(cause, "message", str(cause))
    return text if isinstance(text, str) else json.dumps(text)
