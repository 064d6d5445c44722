"""Bringing an event about: the people of the other agencies really do what leads to it."""

from collections.abc import Awaitable, Callable
from typing import Any

from console.demo.staff import PATIENCE, SIMULATED, SimulatedStaff
from console.event_names import name_of
from console.installation import Installation
from console.sandbox.acts import ACTS
from console.sandbox.cast import Cast
from console.sandbox.own_agency import OwnAgency
from console.sandbox.passing import OFFICES_ONLY, Passed, Passing
from console.sandbox.paths import path_to
from console.sandbox.saying import partner_of, signal_of
from console.sandbox.script import filled
from console.sandbox.voice import Voice, first_of
from contracts.agencies import Agency
from contracts.event import Event
from contracts.events.coverage import CoverageGapObserved
from contracts.events.deliveries import DeliveriesMissed
from contracts.events.disclosures import AccessAsked
from contracts.events.signals import SignalReported
from contracts.orders import erasure_of
from contracts.reference import new_reference
from contracts.words import AgencyKind, ErasureReason
from runtime.waiting import until

OF_NO_CASE = frozenset({*OFFICES_ONLY, CoverageGapObserved.rule.type})
"""Events that do not say of which case they are: between offices, and to a province."""

APART = frozenset({"bring", "not_bring", "pass_on", "enrich", "weigh"})
"""Steps about what was observed, which has a reference of its own."""

SECOND = "simulated-too"
"""The second of two persons where one alone may not decide."""


class Lead:
    """One way to one event.

    Args:
        installation: Where it happens.
        cast: Who plays.
        passing: What passes.
        own: What the own agency's system would do.
        begins: Told the reference of the case as soon as there is one.
    """

    def __init__(
        self,
        installation: Installation,
        cast: Cast,
        passing: Passing,
        own: OwnAgency,
        begins: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._installation = installation
        self._cast = cast
        self._passing = passing
        self._own = own
        self._begins = begins
        self._staff = SimulatedStaff(installation)
        self._voice = Voice(installation)
        self.caseref = ""
        self.observed = ""
        self.done: set[tuple[str, str]] = set()

    async def to(self, event: type[Event]) -> Passed:
        """Do all that leads to an event, and wait until it is in the own agency's inbox.

        Raises:
            ValueError: Nothing leads there.
            RuntimeError: A step was not possible, or the event did not come; says which.
        """
        path = path_to(event, self._cast.own.kind)
        before = self._passing.newest
        for step in path.steps:
            await self._do(step)

        def comes(passed: Passed) -> bool:
            of_case = passed.outside.caseref in {self.caseref, self.observed} or passed.type in OF_NO_CASE
            return passed.to == self._cast.own.slug and passed.type == event.rule.type and of_case

        try:
            return await self._passing.seen(comes, after=before, seconds=path.seconds)
        except TimeoutError:
            raise RuntimeError(f"{name_of(event)} did not come within {path.seconds:g} seconds") from None

    async def _do(self, step: str) -> None:
        if step in SPECIAL:
            await SPECIAL[step](self)
            return
        act = ACTS[step]
        who: Agency | None = getattr(self._cast, act.who)
        if who is None:
            raise RuntimeError(f"the directory has nobody for the part of {act.who}")
        if who == self._cast.own:
            for event, to in act.says(self._cast):
                about = None if event.rule.fresh else self._about(step) or None
                reference = await self._own.send(event, to, about)
                if event.rule.fresh and self.caseref:
                    self._led_apart(reference)
                else:
                    self._led(reference)
        elif step == "report":
            message = first_of(who, SignalReported(signal=signal_of(self._cast)), new_reference())
            self._led(message.caseref)
            await self._voice.send(who, message, self._cast.desk)
        elif act.command:
            await self._staff.decide(who.slug, self._about(step), act.command, **filled(act.content, self._cast.words))
            self.done.add((who.slug, act.command))
            if act.command == "ask_privacy_check":
                self._led_apart(await self._staff.observation(who.slug, self.caseref))

    def _led(self, caseref: str) -> None:
        if not self.caseref:
            self.caseref = caseref
            self._begins(caseref)

    def _led_apart(self, reference: str) -> None:
        self.observed = reference
        self._begins(reference)

    def _about(self, step: str) -> str:
        """Under which reference a step is done: of what was observed, or of the case."""
        return self.observed if step in APART else self.caseref

    async def observer_erases(self) -> None:
        """A person asked, or the term has ended: two persons at the coordinator have what was observed erased, everywhere."""
        from workers.keeping import Keeper

        owner = self._cast.owner
        await self._ended_at(owner, self.observed)
        await Keeper(owner, self._installation, await self._installation.client(owner)).ask(self.observed)
        await self._ordered(owner, "ask_erasure", SIMULATED, about=self.observed, reason=ErasureReason.REQUEST)
        await self._ordered(owner, "confirm_erasure", SECOND, about=self.observed)

    async def desk_erases(self) -> None:
        """The term has ended, or a person asked: two persons at the desk have the case erased, everywhere."""
        from workers.keeping import Keeper

        desk = self._cast.desk
        await self._staff.sees(desk.slug, self.caseref, "closed", "signal")
        keeper = Keeper(desk, self._installation, await self._installation.client(desk))
        await self._ended_at(desk)
        await keeper.ask(self.caseref)
        await self._ordered(desk, "ask_erasure", SIMULATED, reason=ErasureReason.REQUEST)
        await self._ordered(desk, "confirm_erasure", SECOND)

    async def partner_ends(self) -> None:
        """What is still in use is not erased: wait until the partner's file has ended."""
        await self._ended_at(self._partner)

    async def _ended_at(self, agency: Agency, about: str = "") -> None:
        async def ended() -> bool:
            return bool(await self._installation.ended_files(agency.slug).of(about or self.caseref))

        await until(ended, seconds=PATIENCE, pause=0.2)

    async def find_nobody_remotely(self) -> None:
        """CoMensha finds that nobody is a victim."""
        await self._staff.decide(self._cast.registry.slug, self.caseref, "record_triage", finding="no_victim")

    async def assign_other(self) -> None:
        """Nobody accepted in time: a person at the desk gives the case to a care coordinator by name, who accepts it."""
        desk = self._cast.desk
        other = self._installation.directory.of(AgencyKind.CARE_COORDINATOR)[0]
        await self._staff.decide(desk.slug, self.caseref, "assign_owner", to=other.slug)
        await self._staff.decide(other.slug, self.caseref, "accept_case")

    async def partner_erases(self) -> None:
        """A person at the partner has the case erased, as the own agency asked."""
        await self._ordered(self._partner, "confirm_erasure", SIMULATED)

    async def partner_keeps(self) -> None:
        """A person at the partner keeps it."""
        await self._staff.decide(self._partner.slug, self.caseref, "refuse_erasure", reason="legal_duty")

    async def partner_discloses(self) -> None:
        """A person at the partner tells what is held."""
        await self._staff.decide(self._partner.slug, self.caseref, "disclose")

    async def partner_keeps_silent(self) -> None:
        """A person at the partner does not tell."""
        await self._staff.decide(self._partner.slug, self.caseref, "refuse_disclosure", reason="identity_unproven")

    async def ask_access(self) -> None:
        """A person asks for access where somebody answers for the case, who then asks everybody whom it told something."""
        own, cast = self._cast.own, self._cast
        asks = cast.desk if own in (cast.reporter, cast.owner) and own.kind is not AgencyKind.MUNICIPALITY else cast.owner
        await self._voice.send(asks, first_of(asks, AccessAsked(), self.caseref), asks)

    async def miss(self) -> None:
        """Another agency says that a number of ours did not arrive; here because it was told to."""
        partner = self._partner
        missed = DeliveriesMissed(system="post", numbers=(2,))
        await self._voice.send(partner, first_of(partner, missed, self.caseref, "sandbox"), self._cast.own)

    @property
    def _partner(self) -> Agency:
        return self._installation.directory.get(partner_of(self._cast))

    async def _ordered(self, at: Agency, command: str, person: str, *, about: str = "", **content: Any) -> None:
        """What a person signs."""
        case = about or self.caseref
        order = self._installation.played_by(person).sign(erasure_of(case), at)
        await self._staff_of(person).decide(at.slug, case, command, order=order, **content)

    def _staff_of(self, person: str) -> SimulatedStaff:
        return SimulatedStaff(self._installation, person)


SPECIAL: dict[str, Callable[[Lead], Awaitable[None]]] = {
    "assign_other": Lead.assign_other,
    "desk_erases": Lead.desk_erases,
    "observer_erases": Lead.observer_erases,
    "find_nobody_remotely": Lead.find_nobody_remotely,
    "partner_ends": Lead.partner_ends,
    "partner_erases": Lead.partner_erases,
    "partner_keeps": Lead.partner_keeps,
    "partner_discloses": Lead.partner_discloses,
    "partner_keeps_silent": Lead.partner_keeps_silent,
    "ask_access": Lead.ask_access,
    "miss": Lead.miss,
}
"""Steps that are more than one decision or one event."""
