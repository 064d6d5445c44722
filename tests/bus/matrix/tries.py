"""What an agency can try on another: from the directory, the catalogue, and every import that the configuration grants."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from contracts.agencies import Directory
from contracts.catalogue import BY_SHORT_NAME, Lane, lanes
from runtime.bus.shares import consumer_of
from runtime.keys.files import Role

Account = dict[str, Any]

INVENTED = "signals.invented.v1"
PENDING = "$JS.ACK.INBOX.inbox.1.1.1.1.0"
"""Acknowledges the first message of an inbox, which every inbox in these tests has delivered and waits for.

Here and below ``inbox`` stands for a consumer of the inbox that is tried on: ``Plan.at`` puts in its name.
"""
CONSUMER = "INBOX.inbox"

REACHES: dict[str, tuple[str, ...]] = {
    "read": (
        "$JS.API.STREAM.MSG.GET.INBOX",
        "$JS.API.STREAM.MSG.GET.DEAD",
        "$JS.API.STREAM.MSG.GET.ANSWERS",
        "$JS.API.DIRECT.GET.INBOX",
        "$JS.API.DIRECT.GET.DEAD",
        "$JS.API.CONSUMER.MSG.NEXT.INBOX.inbox",
        "$JS.API.CONSUMER.MSG.NEXT.DEAD.spy",
        "$JS.API.STREAM.SNAPSHOT.INBOX",
        "$JS.API.STREAM.SNAPSHOT.DEAD",
    ),
    "look": (
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.LIST",
        "$JS.API.STREAM.INFO.INBOX",
        "$JS.API.STREAM.INFO.DEAD",
        "$JS.API.STREAM.INFO.ANSWERS",
        "$JS.API.CONSUMER.NAMES.INBOX",
        "$JS.API.CONSUMER.LIST.INBOX",
        "$JS.API.CONSUMER.INFO.INBOX.inbox",
        "$SYS.REQ.SERVER.PING",
        "$SYS.REQ.ACCOUNT.PING",
        "$SYS.REQ.USER.INFO",
    ),
    "purge": ("$JS.API.STREAM.PURGE.INBOX", "$JS.API.STREAM.PURGE.DEAD"),
    "remove a message": (
        "$JS.API.STREAM.MSG.DELETE.INBOX",
        "$JS.API.STREAM.MSG.DELETE.DEAD",
        "$JS.API.STREAM.MSG.DELETE.ANSWERS",
    ),
    "change a stream": (
        "$JS.API.STREAM.CREATE.INBOX",
        "$JS.API.STREAM.CREATE.DEAD",
        "$JS.API.STREAM.CREATE.MORE",
        "$JS.API.STREAM.UPDATE.INBOX",
        "$JS.API.STREAM.UPDATE.DEAD",
        "$JS.API.STREAM.DELETE.INBOX",
        "$JS.API.STREAM.DELETE.DEAD",
        "$JS.API.STREAM.RESTORE.INBOX",
        "$JS.API.STREAM.LEADER.STEPDOWN.INBOX",
    ),
    "consumer": (
        "$JS.API.CONSUMER.CREATE.INBOX",
        "$JS.API.CONSUMER.CREATE.INBOX.inbox",
        "$JS.API.CONSUMER.CREATE.INBOX.spy",
        "$JS.API.CONSUMER.CREATE.DEAD.spy",
        "$JS.API.CONSUMER.DURABLE.CREATE.INBOX.inbox",
        "$JS.API.CONSUMER.DURABLE.CREATE.INBOX.spy",
        "$JS.API.CONSUMER.DELETE.INBOX.inbox",
        "$JS.API.CONSUMER.PAUSE.INBOX.inbox",
        "$JS.API.CONSUMER.RESET.INBOX.inbox",
        "$JS.API.CONSUMER.UNPIN.INBOX.inbox",
    ),
    "acknowledge": (PENDING, "$JS.ACK.DEAD.spy.1.1.1.1.0"),
}
"""Subjects that do something to the streams of an account, by what is done."""

KIND_OF = {subject: kind for kind, subjects in REACHES.items() for subject in subjects}

LISTENING = (
    ">",
    "*.>",
    "from.>",
    "to.>",
    "dead.>",
    "$JS.>",
    "$JS.EVENT.>",
    "$SYS.>",
    "answers.>",
    "_INBOX.>",
    "_INBOX_.>",
    "_R_.>",
    "_GR_.>",
)
"""To what everybody tries to listen."""


class Try(NamedTuple):
    """One attempt. The answer, if there is one, comes to an inbox that bears the number of the attempt."""

    attacker: str
    role: Role
    victim: str
    trick: str
    subject: str
    body: bytes | None = None
    """None: the number of the attempt in words, by which it is known again, and with which no command is carried out."""
    reply: str | None = None
    """None: the attacker's own inbox."""


def accounts_in(text: str) -> dict[str, Account]:
    """The accounts of a rendered configuration."""
    found: dict[str, Account] = json.loads(text.split('"accounts": ', 1)[1])
    return found


class Plan:
    """Everything that one agency can try, on everybody."""

    def __init__(self, directory: Directory, text: str) -> None:
        self.slugs = [agency.slug for agency in directory.agencies]
        self.lanes = {(lane.sender.slug, lane.recipient.slug, lane.event.short_name()): lane for lane in lanes(directory)}
        self._accounts = accounts_in(text)
        self._known = {lane.as_sent for lane in self.lanes.values()}

    def of(self, attacker: str, role: Role) -> Iterator[Try]:
        """Every attempt of an agency with one of its keys."""
        for victim in self.slugs:
            for trick, subject in self._subjects(attacker, victim):
                yield Try(attacker, role, victim, trick, subject)
            if victim != attacker:
                for reply in self._replies(victim):
                    yield Try(attacker, role, victim, "reply", self._way_out(attacker, victim), reply=reply)
        for victim, trick, subject in self._imported(attacker):
            body = b"+ACK" if trick == "acknowledge" else None
            yield Try(attacker, role, victim, trick, subject, body=body)

    @property
    def neighbours(self) -> dict[tuple[str, str], Lane]:
        """A lane for every two agencies between which there is one."""
        return {(sender, to): lane for (sender, to, _), lane in self.lanes.items() if sender != to}

    def lane_to(self, recipient: str) -> Lane:
        """A lane of whoever may send something to an agency."""
        return next(lane for (_, to), lane in self.neighbours.items() if to == recipient)

    def at(self, victim: str, subject: str) -> str:
        """A subject with the name of the consumer that has handed out the first message of the victim's inbox."""
        return subject.replace(CONSUMER, f"INBOX.{consumer_of(self.lane_to(victim).sender.slug)}")

    def _way_out(self, attacker: str, victim: str) -> str:
        """Where an agency may send something: to the victim itself, or else to somebody."""
        lanes = {to: lane.as_sent for (sender, to), lane in self.neighbours.items() if sender == attacker}
        return lanes.get(victim) or next(iter(lanes.values()))

    def _subjects(self, attacker: str, victim: str) -> Iterator[tuple[str, str]]:
        for event in (*BY_SHORT_NAME, INVENTED):
            yield "publish", f"to.{victim}.{event}"
        yield "forge", f"from.{victim}.signals.reported.v1"
        yield "forge", f"to.{victim}.from.{victim}.signals.reported.v1"
        yield "forge", f"dead.{victim}.signals.reported.v1"
        yield "answer", f"_INBOX.{victim}.worker.forged"
        yield "answer", f"to.{victim}._INBOX.{victim}.worker.forged"
        for trick, subjects in REACHES.items():
            named = [self.at(victim, subject) for subject in subjects]
            if attacker == victim:
                yield from ((trick, subject) for subject in named)
            yield from ((trick, f"to.{victim}.{subject}") for subject in named)
        yield "purge", f"{victim}.$JS.API.STREAM.PURGE.INBOX"
        yield "invent", f"anything.{victim}"

    def _replies(self, victim: str) -> Iterator[str]:
        """Where the acknowledgement of a message to somebody could do harm to them."""
        yield f"_INBOX.{victim}.worker.crafted"
        yield f"_INBOX.{victim}.operator.crafted"
        yield self.lane_to(victim).as_sent
        yield f"from.{victim}.signals.reported.v1"
        yield from ("$JS.API.STREAM.PURGE.INBOX", "$JS.API.STREAM.DELETE.INBOX")
        yield from (self.at(victim, subject) for subject in ("$JS.API.CONSUMER.DELETE.INBOX.inbox", PENDING))

    def _imported(self, attacker: str) -> Iterator[tuple[str, str, str]]:
        """What the configuration grants beyond lanes, whatever it is called on this side."""
        for granted in self._accounts[attacker]["imports"]:
            service = granted.get("service")
            if service and granted.get("to") not in self._known:
                yield from self._concrete(service["account"], service["subject"], granted.get("to", service["subject"]))

    def _concrete(self, victim: str, subject: str, called: str) -> Iterator[tuple[str, str, str]]:
        kinds = {self.at(victim, known): kind for known, kind in KIND_OF.items()}
        if not subject.endswith(">"):
            yield victim, kinds.get(subject, "answer" if subject.startswith("_INBOX.") else "forge"), called
            return
        for known, kind in kinds.items():
            if known.startswith(subject[:-1]):
                yield victim, kind, called[:-1] + known[len(subject) - 1 :]
