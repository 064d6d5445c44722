"""One grant too many of every kind, for a matrix that must find them."""

import json
from collections.abc import Container

from contracts.agencies import read_directory
from runtime.keys.files import Role
from tests.bus.matrix.tries import Account, Plan, accounts_in
from tests.bus.matrix.verdict import Allowed
from tests.bus_server import ALMERE, COORDINATOR, DESK, POLICE, REGISTRY

RIEC, ZWOLLE, URK = "riec-midden-nederland", "coordinator-zwolle", "urk"
Accounts = dict[str, Account]
MARK = '"accounts": '

SERVICES = (
    (POLICE, DESK, "read", "$JS.API.STREAM.MSG.GET.DEAD"),
    (URK, DESK, "read", "$JS.API.CONSUMER.MSG.NEXT.INBOX.inbox"),
    (POLICE, ALMERE, "look", "$JS.API.STREAM.INFO.INBOX"),
    (POLICE, COORDINATOR, "purge", "$JS.API.STREAM.PURGE.INBOX"),
    (ALMERE, COORDINATOR, "remove a message", "$JS.API.STREAM.MSG.DELETE.INBOX"),
    (DESK, COORDINATOR, "change a stream", "$JS.API.STREAM.UPDATE.INBOX"),
    (ALMERE, REGISTRY, "change a stream", "$JS.API.STREAM.DELETE.DEAD"),
    (DESK, REGISTRY, "consumer", "$JS.API.CONSUMER.CREATE.INBOX.spy"),
    (URK, REGISTRY, "consumer", "$JS.API.CONSUMER.DELETE.INBOX.inbox"),
    (POLICE, REGISTRY, "acknowledge", "$JS.ACK.INBOX.inbox.1.>"),
    (POLICE, RIEC, "publish", f"from.{POLICE}.dossiers.brought.v1"),
    (URK, RIEC, "forge", f"from.{ALMERE}.dossiers.brought.v1"),
    (URK, ZWOLLE, "answer", f"_INBOX.{ZWOLLE}.worker.forged"),
)
"""Who may do what too many at whom: the recipient exports a subject, and the sender imports it under a name of its own."""

OWN = (
    (ZWOLLE, "publish", "$JS.API.STREAM.PURGE.DEAD", "purge", ZWOLLE),
    (ALMERE, "publish", "$JS.API.CONSUMER.CREATE.INBOX.spy", "consumer", ALMERE),
    (URK, "publish", f"from.{POLICE}.signals.reported.v1", "forge", POLICE),
)
"""What the worker of an agency may do too many to its own agency's streams, and whom that concerns."""

ATTACKERS = (POLICE, URK, ALMERE, DESK, ZWOLLE)
"""Whose attempts find all of it. Urk's worker listens to its inbox, and Riec to what Zwolle's operator replays."""


def with_holes(text: str) -> str:
    """The configuration with every one of these grants, and a tap of everything that arrives at Zwolle's coordinator."""
    accounts = accounts_in(text)
    plan = Plan(read_directory(), text)
    for sender, recipient, _, subject in SERVICES:
        _open(accounts, sender, recipient, plan.at(recipient, subject))
    for slug, verb, subject, *_ in OWN:
        _worker(accounts[slug])[verb]["allow"].append(subject)
    _worker(accounts[URK])["subscribe"]["allow"].append("from.>")
    accounts[ZWOLLE]["exports"].append({"stream": "from.>", "accounts": [RIEC]})
    accounts[RIEC]["imports"].append({"stream": {"account": ZWOLLE, "subject": "from.>"}, "prefix": "_INBOX.tap"})
    return f"{text.split(MARK, 1)[0]}{MARK}{json.dumps(accounts)}"


def planted(neighbours: Container[tuple[str, str]]) -> set[Allowed]:
    """What must be found of it, and nothing else, where there are lanes between these pairs."""
    through = {Allowed(sender, role, recipient, kind) for sender, recipient, kind, _ in SERVICES for role in Role}
    own = {Allowed(slug, Role.WORKER, victim, kind) for slug, _, _, kind, victim in OWN}
    senders = [sender for sender in ATTACKERS if sender == URK or (sender, URK) in neighbours]
    heard = {Allowed(URK, Role.WORKER, sender, "listen") for sender in senders}
    return through | own | heard | {Allowed(RIEC, role, ZWOLLE, "listen") for role in Role}


def _open(accounts: Accounts, sender: str, recipient: str, subject: str) -> None:
    event = subject.removeprefix(f"from.{sender}.")
    called = f"to.{recipient}.{event}"
    accounts[recipient]["exports"].append({"service": subject, "accounts": [sender]})
    accounts[sender]["imports"].append({"service": {"account": recipient, "subject": subject}, "to": called})


def _worker(account: Account) -> dict[str, dict[str, list[str]]]:
    return account["users"][0]["permissions"]
