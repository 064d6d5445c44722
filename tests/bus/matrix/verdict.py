"""What of all that was heard should not have been possible, and what should have been and was not."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from runtime.keys.files import Role
from tests.bus.matrix.town import TRY, Heard, Town
from tests.bus.matrix.tries import PENDING, Try

RIGHTS: dict[Role, frozenset[str]] = {
    Role.WORKER: frozenset(
        {
            PENDING,
            "$JS.API.CONSUMER.MSG.NEXT.INBOX.inbox",
            "$JS.API.CONSUMER.INFO.INBOX.inbox",
            "$JS.API.STREAM.MSG.GET.DEAD",
            "$JS.API.STREAM.MSG.DELETE.DEAD",
            "$JS.API.STREAM.MSG.GET.ANSWERS",
            "$JS.API.STREAM.MSG.DELETE.ANSWERS",
            "$JS.API.STREAM.INFO.DEAD",
            "$JS.API.STREAM.INFO.ANSWERS",
            "$JS.API.CONSUMER.NAMES.INBOX",
        }
    ),
    Role.OPERATOR: frozenset(
        {
            "$JS.API.STREAM.CREATE.INBOX",
            "$JS.API.STREAM.CREATE.DEAD",
            "$JS.API.STREAM.UPDATE.INBOX",
            "$JS.API.STREAM.UPDATE.DEAD",
            "$JS.API.STREAM.INFO.INBOX",
            "$JS.API.STREAM.INFO.DEAD",
            "$JS.API.STREAM.MSG.GET.DEAD",
            "$JS.API.STREAM.MSG.DELETE.DEAD",
            "$JS.API.STREAM.INFO.ANSWERS",
            "$JS.API.STREAM.MSG.GET.INBOX",
            "$JS.API.CONSUMER.LIST.INBOX",
            "$JS.API.CONSUMER.INFO.INBOX.inbox",
        }
    ),
}
"""What a key may do to the streams of its own agency. To those of another it may do nothing."""


class Allowed(NamedTuple):
    """Somebody got through: who, with which key, at whom, how."""

    attacker: str
    role: Role
    victim: str
    trick: str


class Verdict:
    """The judgement on what a town played."""

    def __init__(self, town: Town) -> None:
        self._tries = town.tries
        self._lanes = town.plan.lanes.keys()
        self._rights = {
            (slug, role): {town.plan.at(slug, subject) for subject in RIGHTS[role]} for slug in town.plan.slugs for role in Role
        }
        self._answered: set[int] = set()
        self.own_inbox = Counter[str]()
        """How often an agency led an acknowledgement into its own inbox, by a reply subject; it is led nowhere else."""
        self.unexpected = Counter(wrong for slug, heard in town.rounds for one in heard for wrong in self._of(slug, one))
        wanted = {number for number, attempt in enumerate(self._tries) if self._may(attempt)}
        self.unexpected.update(_allowed(self._tries[number]) for number in self._answered - wanted)
        self.missing = [self._tries[number] for number in sorted(wanted - self._answered)]

    def _of(self, attacker: str, heard: Heard) -> Iterator[Allowed]:
        """What is wrong with somebody having heard this while one agency tried."""
        root, *rest = heard.subject.split(".")
        mine = heard.by == attacker
        if root == "_INBOX" and rest[0] == heard.by and rest[-1].isdigit():  # however late it comes
            self._answered.add(int(rest[-1]))
        elif root == "_INBOX" and mine:
            return  # what an agency does in its own account, nobody else hears
        elif root == "_INBOX" and rest[0] == heard.by:
            attempt = self._attempt(heard)
            yield _allowed(attempt) if attempt else Allowed(attacker, Role.WORKER, heard.by, "reply")
        elif root == "from" and heard.role is Role.OPERATOR:
            yield from self._arrived(attacker, heard, rest[0], ".".join(rest[1:]))
        else:
            yield Allowed(heard.by, heard.role, attacker, "listen")

    def _arrived(self, attacker: str, heard: Heard, sender: str, event: str) -> Iterator[Allowed]:
        attempt = self._attempt(heard)
        attacker = attempt.attacker if attempt else attacker
        if sender == attacker and (sender, heard.by, event) in self._lanes:
            return
        if heard.by == attacker and attempt is None:
            self.own_inbox[attacker] += 1
        elif heard.by != attacker or attempt is None or attempt.role is Role.WORKER:
            yield _allowed(attempt) if attempt else Allowed(attacker, Role.WORKER, heard.by, "reply")

    def _attempt(self, heard: Heard) -> Try | None:
        """The attempt whose number a message bears; an acknowledgement that was led astray bears none."""
        found = heard.body.decode(errors="replace")
        number = found.removeprefix(TRY)
        return self._tries[int(number)] if found != number and number.isdigit() else None

    def _may(self, attempt: Try) -> bool:
        root, _, rest = attempt.subject.partition(".")
        if attempt.reply is not None:
            return False
        if root == "to":
            recipient, _, event = rest.partition(".")
            return (attempt.attacker, recipient, event) in self._lanes
        if root == "dead":
            return attempt.role is Role.WORKER
        if root == "from":
            event = rest.partition(".")[2]
            own_lane = attempt.victim == attempt.attacker and (attempt.attacker, attempt.attacker, event) in self._lanes
            return attempt.role is Role.OPERATOR or own_lane
        return attempt.victim == attempt.attacker and attempt.subject in self._rights[attempt.victim, attempt.role]


def _allowed(attempt: Try) -> Allowed:
    return Allowed(attempt.attacker, attempt.role, attempt.victim, attempt.trick)
