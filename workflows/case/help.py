"""The part of a case that asks aid organisations for help: one request for each need, side by side."""

from collections.abc import Container, Sequence

from temporalio import workflow

from contracts.agencies import Party
from contracts.commands import GiveUp, OfferAgain, OfferHelp
from contracts.events.referrals import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralSeen,
)
from contracts.views import ContentPart
from contracts.words import AidOutcome, ConsentTo, Ground, Recall, Service, Urgency
from workflows.case.audience import not_for_a_child
from workflows.case.file import ReferralFile
from workflows.case.part import NOT_READ, CasePart
from workflows.case.referral import AidReferral
from workflows.case.referral_table import Referral
from workflows.engine.admission import command, hears
from workflows.engine.content import told_often
from workflows.engine.record import Received
from workflows.engine.track import Track

UNTIL_CONTACT = {Referral.OFFERED, Referral.SEEN, Referral.WAITLISTED, Referral.ACCEPTED}
"""Where an organisation is asked and has not met the person."""

NOBODY_HERE = "no organisation that takes part offers this help here: ask CoMensha's helpdesk, or look outside of Keten"


def about(self: "Helps", received: Received[ReferralSeen]) -> Track | None:
    """The request that a letter is about; None for an earlier offer of this case, which is only noted."""
    number = received.event.referral
    running = self.running(number)
    if running is not None:
        return running
    earlier = any(home.asked.get(number) == received.sender.slug for home in self.file.referrals)
    return None if earlier else self


def _numbered(self: "Helps", order: OfferAgain | GiveUp) -> Track | None:
    home = self.numbered(order.referral)
    return AidReferral(self, home) if home else None


def _nobody_can_be_asked(self: "Helps") -> str | None:
    """Help is asked with consent, where there is somebody to ask."""
    if not self.file.may_refer and not self.holds(Ground.VITAL_INTEREST, None):
        return "help may not be asked without consent to help: record consent first, or declare_danger"
    if self.file.care is None:
        return NOT_READ
    return None if any(found.services for found in self.file.care.organisations) else NOBODY_HERE


def _can_be_asked(self: "Helps", order: OfferHelp) -> str | None:
    """Of organisations that offer the service here."""
    return _not_for(self, order) or _can_help(self, order.organisations, order.need.service)


def _can_be_asked_again(self: "Helps", order: OfferAgain) -> str | None:
    """Of organisations that offer the service here."""
    referral = self.numbered(order.referral)
    if referral is None:
        return _no_request(order.referral)
    service = referral.need.service
    waits = [party.slug for party in referral.waiting.values() if party.slug in order.organisations]
    if waits:
        return f"the person is on the waiting list of {', '.join(waits)} already: ask others beside it"
    return not_for_a_child(service, self.age) or _can_help(self, order.organisations, service)


def _not_for(self: "Helps", order: OfferHelp) -> str | None:
    """For whom the service is: by what is known here, and by what the organisations would be told."""
    service = order.need.service
    return not_for_a_child(service, self.age) or not_for_a_child(service, order.profile.age)


def _exists(self: "Helps", order: GiveUp) -> str | None:
    """The number is one of this case."""
    return None if self.numbered(order.referral) else _no_request(order.referral)


def _can_help(self: "Helps", slugs: tuple[str, ...], service: Service) -> str | None:
    if self.file.care is None:
        return NOT_READ
    twice = [slug for slug in dict.fromkeys(slugs) if slugs.count(slug) > 1]
    if twice:
        return f"asked more than once: {', '.join(twice)}; name each organisation once"
    fitting = [found.party.slug for found in self.file.care.organisations if service in found.services]
    wrong = [slug for slug in slugs if slug not in fitting]
    if not wrong:
        return None
    return f"{', '.join(wrong)} cannot be asked for {service} here; these can: {', '.join(fitting) or 'nobody'}"


def _no_request(number: int) -> str:
    return f"this case has no request for help with number {number}"


class Helps(CasePart):
    """Who is asked for help, and what they answer."""

    @property
    def referrals(self) -> list[AidReferral]:
        """Requests for help that are open."""
        return [found for found in (AidReferral(self, home) for home in self.file.referrals) if found.is_open]

    @property
    def tracks(self) -> list[Track]:
        """Each request that is open."""
        return [*super().tracks, *self.referrals]

    def parts(self) -> list[ContentPart]:
        """For which need whom."""
        offered = [(self.file.me.slug, _offered(home)) for home in self.file.referrals]
        return [*super().parts(), *told_often(self.file, "offer_help", offered)]

    def told_on(self, consent: ConsentTo) -> list[str]:
        """Every organisation that was ever asked."""
        asked = (
            {slug for home in self.file.referrals for slug in home.asked.values()} if consent is ConsentTo.HELP else set[str]()
        )
        return [*super().told_on(consent), *sorted(asked)]

    def numbered(self, number: int) -> ReferralFile | None:
        """A request for help by its number."""
        return next((home for home in self.file.referrals if home.number == number), None)

    def running(self, number: int) -> AidReferral | None:
        """The request of which an offer stands that has this number."""
        standing = ((home, {home.offer, *home.beside, *home.waiting}) for home in self.file.referrals)
        home = next((home for home, numbers in standing if number in numbers), None)
        return AidReferral(self, home, number) if home else None

    def take_help_back(self, reason: Recall) -> None:
        """From whoever is asked, or helps."""
        for referral in self.referrals:
            referral.recall(reason)

    @property
    def is_helped(self) -> bool:
        """Whether any request is open."""
        return bool(self.referrals)

    def take_offers_back(self, reason: Recall, services: Container[Service] = frozenset(Service)) -> None:
        """From whoever is asked and has not met the person; help that runs goes on."""
        for referral in self.referrals:
            if referral.phase in UNTIL_CONTACT and referral.file.need.service in services:
                referral.recall(reason)

    @property
    def nobody_leaves(self) -> bool:
        """Whether it is known of everybody whose help was taken back where they go."""
        return all(referral.phase != Referral.LEAVING for referral in self.referrals)

    @command(bar=_nobody_can_be_asked, check=_can_be_asked)
    def offer_help(self, order: OfferHelp) -> None:
        """Ask aid organisations, in this order or all at once."""
        number = len(self.file.referrals) + 1
        need = order.need.model_copy(update={"urgency": Urgency.CRISIS}) if self._asks_in_crisis() else order.need
        profile = order.profile if order.is_blind else None
        queue = self._parties(order.organisations)
        home = ReferralFile(number=number, need=need, profile=profile, queue=queue, at_once=order.at_once)
        self.file.referrals.append(home)
        AidReferral.begin(self, home)
        self.move("offer_help")

    @command(track=_numbered, check=_can_be_asked_again)
    def offer_again(self, order: OfferAgain) -> None:
        """Ask further organisations where nobody could place the person."""
        home = self.numbered(order.referral)
        if home is not None:
            AidReferral(self, home).offer_again(self._parties(order.organisations), at_once=order.at_once)

    @command(track=_numbered, check=_exists)
    def give_up(self, order: GiveUp) -> None:
        """Stop asking; it stays counted as not placed."""
        home = self.numbered(order.referral)
        if home is not None:
            AidReferral(self, home).give_up()

    @hears(track=about)
    def referral_seen(self, received: Received[ReferralSeen]) -> None:
        """A human has read the offer."""
        self.answered(received.event.referral, "ReferralSeen")

    @hears(track=about)
    def referral_accepted(self, received: Received[ReferralAccepted]) -> None:
        """An organisation will help, and hears who it is; we stay responsible until it has met the person."""
        referral = self.running(received.event.referral)
        if referral:
            referral.accepted()

    @hears(track=about)
    def referral_declined(self, received: Received[ReferralDeclined]) -> None:
        """The next organisation is asked."""
        referral = self.running(received.event.referral)
        if referral:
            referral.declined()

    @hears(track=about)
    def first_contact_made(self, received: Received[FirstContactMade]) -> None:
        """An organisation has met the person."""
        self.answered(received.event.referral, "FirstContactMade")

    @hears(track=about)
    def referral_completed(self, received: Received[ReferralCompleted]) -> None:
        """Help ended: who is out of sight is looked for at once."""
        if not self.answered(received.event.referral, "ReferralCompleted"):
            return
        lost = received.event.outcome is AidOutcome.OUT_OF_SIGHT
        if lost and self.table.targets(self.phase, "ReferralCompleted") and workflow.patched("out-of-sight-is-a-state"):
            self.file.met, self.file.lost_from = self.file.responsible is not None, None
            self.move("ReferralCompleted")

    def _asks_in_crisis(self) -> bool:
        return self.in_crisis and workflow.patched("a-crisis-has-clocks-of-its-own")

    def _parties(self, slugs: Sequence[str]) -> list[Party]:
        """Organisations by slug, in the given order."""
        known = {found.party.slug: found.party for found in self.file.care.organisations} if self.file.care else {}
        return [known[slug] for slug in slugs]

    def answered(self, number: int, trigger: str) -> bool:
        """Move the request that an answer is about; an answer to an earlier offer moves nothing."""
        referral = self.running(number)
        if referral:
            referral.move(trigger)
        return referral is not None


def _offered(home: ReferralFile) -> dict[str, object]:
    """For which need whom, in the order in which they are asked."""
    told = {"need": home.need, "profile": home.profile} if home.profile else {"need": home.need}
    return {**told, "organisations": [*home.asked.values(), *(party.slug for party in home.queue)]}
