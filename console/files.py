"""Files as people see and decide them: over all agencies for which this console may act. Every screen stands on this."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from console.deciding import answered, checked, possible, words_of
from console.file_names import is_reference, names_at, read_name
from console.installation import Installation
from console.reading import content, described, together, view
from console.troubles import Trouble, troubles
from console.views_seen import ViewsSeen
from console.witness import Witness
from contracts.agencies import Agency
from contracts.event import OUTLIVING
from contracts.logged import decided
from contracts.tickets import is_ticket
from contracts.views import Content, FileView
from runtime.audit.entry import Action


class Found(NamedTuple):
    """A file, where it is kept, and how to reach it."""

    agency: Agency
    handle: WorkflowHandle[Any, Any]
    view: FileView
    troubles: tuple[Trouble, ...] = ()

    @property
    def begun(self) -> datetime:
        """When it began."""
        return self.view.story[0].at if self.view.story else self.view.track.since


class Silent(NamedTuple):
    """A file that is there and does not say where it stands."""

    agency: Agency
    kind: str
    why: str
    troubles: tuple[Trouble, ...]


class Looked(NamedTuple):
    """What was found about a case; a file that does not answer hides no other."""

    found: list[Found]
    silent: list[Silent]


class Files:
    """Reads by query, writes by update; either is written into the agency's audit log first."""

    def __init__(self, installation: Installation, witness: Witness | None = None, seen: ViewsSeen | None = None) -> None:
        self._installation = installation
        self._witness = witness or installation.witness
        self._seen = seen or ViewsSeen()

    async def about(self, reference: str) -> list[Found]:
        """Every file about a case that this installation may see, oldest first; a fault if one does not answer."""
        found = await together(self.at(agency, reference) for agency in self._installation.ours)
        return sorted((file for of_agency in found for file in of_agency), key=lambda file: file.begun)

    async def look(self, reference: str) -> Looked:
        """The same, for a person who looks: with what is wrong with each, and with those that do not answer."""
        looked = await together(self._look_at(agency, reference) for agency in self._installation.ours)
        files = [file for of_agency in looked for file in of_agency]
        found = sorted((file for file in files if isinstance(file, Found)), key=lambda file: file.begun)
        return Looked(found, [file for file in files if isinstance(file, Silent)])

    async def decide(self, file: Found, command: str, content: dict[str, Any], ticket: str | None = None) -> str:
        """Do what a person decided.

        Args:
            file: In which file.
            command: Which decision.
            content: What was typed.
            ticket: What comes again with the same one (`contracts.tickets.new_ticket`) is the same decision: it has one effect,
                and gets the same answer.

        Returns:
            The phase after it.

        Raises:
            ValueError: It is not possible now, or the content is wrong; the message says why.
            NotLogged: The processing log cannot be written, so nothing is decided.
        """
        if ticket is not None and not is_ticket(ticket):
            raise ValueError("a ticket is 32 hexadecimal digits")
        if command not in {choice.command for choice in file.view.choices}:
            if answer := await answered(file.handle, command, ticket):
                return answer
            if words := next((barred.words for barred in file.view.barred if barred.command == command), None):
                raise ValueError(words)
            raise ValueError(f"{command} is not possible now at {file.agency.slug}; {possible(file.view.choices)}")
        order = checked(command, content)
        handle: Any = file.handle
        record = decided(command, file.view.reference, file.agency, datetime.now(UTC), ticket)
        log = self._installation.processing_log(file.agency.slug)
        async with self._witness.act(file.agency, Action.DECIDE, command, file.view.reference):
            await log.write([record])
            try:
                return await handle.execute_update(command, order, id=ticket, result_type=str)
            except WorkflowUpdateFailedError as error:
                await log.write([record.refused(datetime.now(UTC))])
                raise ValueError(words_of(error)) from None
            except RPCError as error:
                answer = await answered(file.handle, command, ticket) if error.status is RPCStatusCode.NOT_FOUND else None
                if answer is None:
                    raise
                return answer

    async def answered(self, file: Found, command: str, ticket: str) -> str | None:
        """The phase with which a decision was answered that was sent before with this ticket; None: there was none."""
        return await answered(file.handle, command, ticket)

    async def at(self, agency: Agency, reference: str) -> list[Found]:
        """The files about a case at one agency; of one that was erased, what is kept about that."""
        handles = await self._handles(agency, reference)
        keys = self._installation.case_keys(agency.slug)
        views = await together(view(handle, keys, reference) for handle in handles)
        return [Found(agency, handle, seen) for handle, seen in zip(handles, views, strict=True) if seen]

    async def one(self, agency: Agency, name: str) -> Found | None:
        """One file by its name, as `case-REFERENCE`: by that alone, since a search lags behind.

        Returns:
            None where there is none, no file can have that name, or it was erased.
        """
        named = read_name(name)
        if named is None:
            return None
        client = await self._installation.client(agency)
        handle = client.get_workflow_handle(name)
        description = await described(client, name)
        if description is None or not await self._may_be_read(agency, named.kind, named.reference):
            return None
        await self._witness.read(agency, named.kind, named.reference)
        seen = self._seen.find(agency, description)
        if seen is None:
            seen = await view(handle, self._installation.case_keys(agency.slug), named.reference)
            if seen is None:
                return None
            self._seen.note(agency, description, seen)
        return Found(agency, handle, seen, troubles(description, agency.slug))

    async def content(self, file: Found) -> Content:
        """What a file holds inside: what was told and decided in words. Of an erased case there is none."""
        kind, reference = file.view.kind, file.view.reference
        if not await self._may_be_read(file.agency, kind, reference):
            return Content()
        await self._witness.read(file.agency, f"{kind}.content", reference)
        return await content(file.handle, self._installation.case_keys(file.agency.slug), reference)

    async def _may_be_read(self, agency: Agency, kind: str, reference: str) -> bool:
        """Whether its key was not destroyed; what outlives that is not about a person."""
        _, destroyed = await self._installation.case_keys(agency.slug).held(reference)
        return not destroyed or kind in OUTLIVING

    async def _look_at(self, agency: Agency, reference: str) -> list[Found | Silent]:
        handles = await self._handles(agency, reference)
        client = await self._installation.client(agency)
        looked = await together(self._look_into(client, agency, handle, reference) for handle in handles)
        return [file for file in looked if file]

    async def _look_into(
        self, client: Client, agency: Agency, handle: WorkflowHandle[Any, Any], reference: str
    ) -> Found | Silent | None:
        description = await described(client, handle.id)
        if description is None:  # a search may still show what is gone
            return None
        wrong = troubles(description, agency.slug)
        try:
            seen = await view(handle, self._installation.case_keys(agency.slug), reference)
        except (RPCError, WorkflowQueryFailedError) as error:
            why = error.status.name.lower() if isinstance(error, RPCError) else "its code fails"
            return Silent(agency, handle.id.split("-")[0], why, wrong)
        return Found(agency, handle, seen, wrong) if seen else None

    async def _handles(self, agency: Agency, reference: str) -> list[WorkflowHandle[Any, Any]]:
        """By name, since a search lags behind; and by search, for what has a name that cannot be known."""
        if not is_reference(reference):
            return []
        client = await self._installation.client(agency)
        searched = {row.id async for row in client.list_workflows(f"KetenCase = '{reference}'")}
        likely = [name for name in names_at(agency, reference) if name not in searched]
        there = await together(described(client, name) for name in likely)
        names = sorted(searched | {name for name, description in zip(likely, there, strict=True) if description})
        if not names:  # perhaps its office never ran, and there is no database of keys yet
            return []
        _, destroyed = await self._installation.case_keys(agency.slug).held(reference)
        readable = [name for name in names if not destroyed or name.split("-")[0] in OUTLIVING]
        for name in readable:
            await self._witness.read(agency, name.split("-")[0], reference)
        return [client.get_workflow_handle(name) for name in readable]
