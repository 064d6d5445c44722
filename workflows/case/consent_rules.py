"""Whether a consent counts that somebody gave: by the age of the person, and by who may speak for a child."""

from contracts.ages import UNDER_16
from contracts.commands import RecordConsent
from contracts.consent_by_age import ConsentRule, rule_for
from contracts.profile import AgeBand
from contracts.words import ConsentBy
from workflows.case.file import CaseFile

FOR_THE_CHILD = "the person is under 16: a parent or guardian must consent, or child protection in their place; say so in `by`"
TOGETHER = "from 12 to 15 the person and a parent or guardian consent together; the person alone only with a reason in `because`"
THEMSELVES = "from 16 the person consents: set `by` to the person, or to both"
SUSPECTED = "a parent or guardian is suspected, so their consent does not count: child protection decides in their place"
NOBODY_TOLD = "child protection was not told of this person, so it decides nothing for them: notify_child_protection first"

BY_GUARDIAN = {ConsentBy.GUARDIAN, ConsentBy.BOTH}


def does_not_count(file: CaseFile, age: AgeBand, order: RecordConsent) -> str | None:
    """Why a yes does not count, and what to do; a no counts from whoever says it."""
    purposes = [purpose for purpose, yes in order.said.items() if yes]
    if not purposes:
        return None
    if order.given_by is ConsentBy.AUTHORITY and not (file.minor and file.minor.accounts):
        return NOBODY_TOLD
    if age in UNDER_16 and file.guardian_is_suspected and order.given_by in BY_GUARDIAN:
        return SUSPECTED
    rules = [rule for purpose in purposes if (rule := rule_for(age, purpose))]
    return next((_words(rule) for rule in rules if not _fits(rule, order)), None)


def _fits(rule: ConsentRule, order: RecordConsent) -> bool:
    alone = rule.alone and order.given_by is ConsentBy.PERSON and order.because is not None
    return alone or order.given_by in rule.by


def _words(rule: ConsentRule) -> str:
    if ConsentBy.PERSON in rule.by:
        return THEMSELVES
    return TOGETHER if rule.alone else FOR_THE_CHILD
