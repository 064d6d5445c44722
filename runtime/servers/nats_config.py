"""The bus's configuration, from the directory and the catalogue alone: no permission is written by hand.

Every agency is an account with its own streams. For each lane the recipient exports the subject to the sender's account
only, and the sender imports it; what is not a lane leads nowhere. An account cannot import from itself, so an agency's
lanes to itself are subject mappings within its account.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from contracts.agencies import Directory
from contracts.catalogue import Lane, lanes
from runtime.bus.shares import CONNECTIONS, PAYLOAD, SHARES, Shares
from runtime.keys.files import Keys, PublicKeys
from runtime.tls.certificates import Tls

Config = dict[str, Any]

TLS_PATIENCE = 5
"""Seconds for a handshake; the server's default of 2 is short for a machine that is busy with starting."""
SECRETS = Path("/run/secrets")


class Mounted(NamedTuple):
    """What a node finds where: its streams, and its files for TLS; the defaults are those of infra/compose.yaml."""

    store_dir: Path = Path("/data")
    tls: Tls = Tls(SECRETS / "tls_ca", SECRETS / "tls_bus_cert", SECRETS / "tls_bus_key")


MOUNTED = Mounted()
STREAMS = ("INBOX", "DEAD", "ANSWERS")
FORMER_CONSUMER = "inbox"
"""All senders shared it in versions before this; provisioning replaces it."""


def render(  # noqa: PLR0913 - who, with what, where, secured how, limited how
    directory: Directory, keys: Keys, *, port: int, store_dir: Path, tls: Tls | None = None, shares: Shares = SHARES
) -> str:
    """One server for the embedded installation, on loopback.

    Args:
        directory: Who takes part.
        keys: Their keys; only public halves end up in the text.
        port: Where the server listens.
        store_dir: Where the streams are stored.
        tls: What it shows, and whom it lets in; None: no TLS.
        shares: What each agency may store.

    Returns:
        A configuration that must stand beside the key directory: it includes the storage key from there.
    """
    accounts = _accounts(directory, keys.public_keys(directory), shares.account)
    accounts["SYS"] = _system_account(keys.system_public_key())
    parts = [
        _write({"server_name": "keten", "host": "127.0.0.1", "port": port, "max_payload": PAYLOAD, "system_account": "SYS"}),
        *([_write({"tls": _for_clients(tls)})] if tls else []),
        _jetstream(store_dir, f'include "{keys.path.name}/{keys.store_file.name}"', shares.account * len(directory.agencies)),
        _write({"accounts": accounts}),
    ]
    return "\n".join(parts)


def render_cluster(
    directory: Directory,
    public_keys: Mapping[str, PublicKeys],
    nodes: Sequence[str],
    *,
    system_public_key: str | None = None,
    mounted: Mounted = MOUNTED,
) -> dict[str, str]:
    """A cluster: one file per node, named after it.

    Args:
        directory: Who takes part.
        public_keys: The public halves of everybody's bus users, by slug.
        nodes: Host names under which the nodes reach each other.
        system_public_key: The user that may ask the servers how they are set; none: nobody may.
        mounted: Where each node stores its streams, and what it shows to clients and to other nodes.

    Returns:
        Text by file name. Each node reads the storage key from its variable ``NATS_STORE_KEY``. It listens for clients and for
        other nodes, both with TLS; the page with its figures is for itself only, and there is no websocket.
    """
    room = SHARES.account * len(nodes)  # the server counts each replica
    accounts = _accounts(directory, public_keys, room)
    accounts["SYS"] = _system_account(system_public_key) if system_public_key else {}
    routes = [f"nats-route://{node}:6222" for node in nodes]
    return {
        f"{node}.conf": "\n".join(
            [
                _write({"server_name": node, "port": 4222, "http": "127.0.0.1:8222", "max_payload": PAYLOAD}),
                _write({"system_account": "SYS", "tls": _for_clients(mounted.tls)}),
                _jetstream(mounted.store_dir, "key: $NATS_STORE_KEY", room * len(directory.agencies)),
                _write({"cluster": {"name": "keten", "port": 6222, "routes": routes, "tls": _mutual(mounted.tls)}}),
                _write({"accounts": accounts}),
            ]
        )
        for node in nodes
    }


def _mutual(files: Tls) -> Config:
    """Who connects shows a certificate of this authority, too; which one does not matter to the server (docs/decisions/0012)."""
    paths = {"ca_file": str(files.ca), "cert_file": str(files.cert), "key_file": str(files.key)}
    return {**paths, "verify": True, "min_version": "1.2", "timeout": TLS_PATIENCE}


def _for_clients(files: Tls) -> Config:
    """TLS from the first byte, as our clients want it: nobody in between can tell them that there is none."""
    return {**_mutual(files), "handshake_first": True}


def _jetstream(store_dir: Path, key: str, room: int) -> str:
    """The room is what all may take together, said here because the server else allows what the disk had left at its start."""
    lines = [f"store_dir: {json.dumps(str(store_dir))}", "sync_interval: always", "cipher: aes", f"max_file_store: {room}", key]
    return "jetstream: {\n " + "\n ".join(lines) + "\n}"


def _write(sections: Config) -> str:
    """NATS configuration is a superset of JSON."""
    return "\n".join(f"{json.dumps(name)}: {json.dumps(value, indent=1)}" for name, value in sections.items())


def _accounts(directory: Directory, public_keys: Mapping[str, PublicKeys], room: int) -> dict[str, Config]:
    accounts = {agency.slug: _account(public_keys[agency.slug], room) for agency in directory.agencies}
    for lane in lanes(directory):
        _grant(accounts, lane)
    return accounts


def _account(public: PublicKeys, room: int) -> Config:
    """An operator may change the streams of its own agency, and so their limits; those of the account are not its own."""
    return {
        "jetstream": {"max_file": room, "max_streams": len(STREAMS)},
        "limits": {"max_connections": CONNECTIONS},
        "users": [
            {"nkey": public.worker, "permissions": _worker_permissions()},
            {"nkey": public.operator, "permissions": _operator_permissions()},
        ],
        "exports": [],
        "imports": [],
        "mappings": {},
    }


def _grant(accounts: dict[str, Config], lane: Lane) -> None:
    """Open one lane, and nothing beside it."""
    sender, recipient = lane.sender.slug, lane.recipient.slug
    if sender == recipient:
        accounts[sender]["mappings"][lane.as_sent] = lane.as_received
        _worker(accounts[sender])["allow"].append(lane.as_received)  # the server checks a mapped subject, not the one sent
        return
    accounts[recipient]["exports"].append({"service": lane.as_received, "accounts": [sender]})
    accounts[sender]["imports"].append(
        {"service": {"account": recipient, "subject": lane.as_received}, "to": lane.as_sent},
    )


def _worker(account: Config) -> dict[str, list[str]]:
    return account["users"][0]["permissions"]["publish"]


def _worker_permissions() -> Config:
    """What a running worker needs: send, take from its inbox, put aside what cannot be taken, answer, and remove when erasing."""
    kept = [f"$JS.API.STREAM.MSG.{verb}.{name}" for verb in ("GET", "DELETE") for name in ("DEAD", "ANSWERS")]
    room = [f"$JS.API.STREAM.INFO.{name}" for name in ("DEAD", "ANSWERS")]
    fetching = ["$JS.API.CONSUMER.NAMES.INBOX", "$JS.API.CONSUMER.MSG.NEXT.INBOX.*", "$JS.API.CONSUMER.INFO.INBOX.*"]
    return {
        "publish": {"allow": ["to.>", "dead.>", "answers.>", *kept, *room, *fetching, "$JS.ACK.INBOX.*.>"]},
        "subscribe": {"allow": ["_INBOX.>"]},
    }


def _operator_permissions() -> Config:
    """What a person needs to make the streams, see how they stand, look at dead letters and replay them.

    No purge, and no removal of a stream; of a consumer only of the one that all senders shared in versions before.
    """
    streams = [f"$JS.API.STREAM.{verb}.{name}" for name in STREAMS for verb in ("CREATE", "UPDATE", "INFO")]
    consumers = ["$JS.API.CONSUMER.LIST.INBOX", "$JS.API.CONSUMER.INFO.INBOX.*", "$JS.API.CONSUMER.CREATE.INBOX.*.from.>"]
    former = [f"$JS.API.CONSUMER.DELETE.INBOX.{FORMER_CONSUMER}"]
    letters = ["$JS.API.STREAM.MSG.GET.DEAD", "$JS.API.STREAM.MSG.DELETE.DEAD", "$JS.API.STREAM.MSG.GET.INBOX"]
    return {
        "publish": {"allow": ["to.>", "from.>", *streams, *consumers, *former, *letters]},
        "subscribe": {"allow": ["_INBOX.>", "from.>"]},
    }


def _system_account(public: str) -> Config:
    asking = {"publish": {"allow": ["$SYS.REQ.SERVER.PING.>"]}, "subscribe": {"allow": ["_INBOX.>"]}}
    return {"users": [{"nkey": public, "permissions": asking}]}
