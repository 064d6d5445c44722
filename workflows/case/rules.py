"""Why a decision in a case is not possible: each rule in words, for the person who decides."""

from typing import TYPE_CHECKING

from contracts.agencies import Party
from contracts.commands import AskPrivacyCheck, ConcludeCase, GiveUp, OfferAgain, OfferHelp, RecordConsent, WithdrawConsent
from contracts.words import CaseOutcome, ConsentTo, Service
from workflows.case.table import Referral

if TYPE_CHECKING:
    from workflows.case.letters import CaseLetters

NOT_READ = "the directory has not been read yet: try again in a moment"
NOBODY_HERE = "no organisation that takes part offers this help here: ask CoMensha's helpdesk, or look outside of Keten"
NO_RIEC = (
    "no RIEC takes part for the municipality where this happens, so the privacy officer could bring it nowhere: "
    "nothing was asked; talk with the police there, or name another municipality where it happens, too"
)
NOTHING_TAKEN_BACK = "nothing is taken back by this: choose at least one consent that was given"


def consent_is_valid(self: "CaseLetters", order: RecordConsent) -> str | None:
    """Under 16, a parent or guardian consents."""
    gives = order.help or order.registration or order.riec
    if gives and self.file.intake is not None and self.file.intake.under_16 and not order.by_guardian:
        return "the person is under 16: a parent or guardian must consent; set `by_guardian` when they did"
    return None


def nothing_was_given(self: "CaseLetters") -> str | None:
    """Only what was given can be withdrawn."""
    given = self.file.consent is not None and any(getattr(self.file.consent, consent) for consent in ConsentTo)
    return None if given else "no consent has been recorded yet; record it as not given instead"


def something_to_withdraw(self: "CaseLetters", order: WithdrawConsent) -> str | None:
    """A withdrawal says what, of that which was given."""
    return None if self.file.consent and taken_back(self.file.consent, order) else NOTHING_TAKEN_BACK


def taken_back(given: RecordConsent, order: WithdrawConsent) -> list[ConsentTo]:
    """What was given and is withdrawn."""
    return [consent for consent in ConsentTo if getattr(order, consent) and getattr(given, consent)]


def nobody_can_be_asked(self: "CaseLetters") -> str | None:
    """Help is asked with consent, where there is somebody to ask."""
    if not self.file.may_refer:
        return "help may not be asked without consent to help: record consent first"
    if self.file.care is None:
        return NOT_READ
    return None if any(found.services for found in self.file.care.organisations) else NOBODY_HERE


def help_can_be_asked(self: "CaseLetters", order: OfferHelp) -> str | None:
    """Of organisations that offer the service here."""
    return _can_help(self, order.organisations, order.need.service)


def help_can_be_asked_again(self: "CaseLetters", order: OfferAgain) -> str | None:
    """Of organisations that offer the service here."""
    referral = self.numbered(order.referral)
    return _can_help(self, order.organisations, referral.need.service) if referral else _no_request(order.referral)


def request_exists(self: "CaseLetters", order: GiveUp) -> str | None:
    """The number is one of this case."""
    return None if self.numbered(order.referral) else _no_request(order.referral)


def riec_may_not_hear(self: "CaseLetters") -> str | None:
    """With consent, once, and where the municipality takes part, and a RIEC."""
    if self.file.consent is None or not self.file.consent.riec:
        return "the observation may not go to the privacy officer without consent to that: record consent first"
    if self.file.sharing is not None:
        return "the privacy officer was asked already"
    if self.file.care is None:
        return NOT_READ
    if self.file.care.municipality is None:
        return "the municipality where the person stays does not take part, so no privacy officer can be asked"
    return None if self.file.care.with_riec is None or self.file.care.with_riec else NO_RIEC


def a_riec_covers_the_place(self: "CaseLetters", order: AskPrivacyCheck) -> str | None:
    """Else the officer could bring it nowhere."""
    covered = self.file.care.with_riec if self.file.care else None
    return None if covered is None or order.observation.municipality in covered else NO_RIEC


def help_goes_on(self: "CaseLetters") -> str | None:
    """Aftercare follows help: nobody is asked any more, and nobody helps."""
    asked = [referral.them.slug for referral in self.referrals if referral.phase != Referral.NOT_PLACED and referral.them]
    if not asked:
        return None
    return f"help is still asked of, or runs at, {', '.join(asked)}: aftercare begins when that has ended"


def outcome_fits(self: "CaseLetters", order: ConcludeCase) -> str | None:
    """Help that runs is not cut off."""
    running = [referral.them.slug for referral in self.referrals if referral.phase == Referral.WITH_AID and referral.them]
    if running and order.outcome is not CaseOutcome.OUT_OF_SIGHT:
        return f"help still runs at {', '.join(running)}: wait until they complete it, or record that consent was withdrawn"
    return None


def parties(self: "CaseLetters", slugs: tuple[str, ...]) -> list[Party]:
    """Organisations by slug, in the given order."""
    known = {found.party.slug: found.party for found in self.file.care.organisations} if self.file.care else {}
    return [known[slug] for slug in slugs]


def _can_help(self: "CaseLetters", slugs: tuple[str, ...], service: Service) -> str | None:
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
