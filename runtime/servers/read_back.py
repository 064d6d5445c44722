"""What is set on the servers against what is wanted, so that a drift is seen before it costs something."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.client import Client

from contracts.agencies import Agency, Directory
from contracts.text import Model
from runtime.bus.connection import Access, connect, jetstream
from runtime.bus.standing import consumers
from runtime.keys.files import Keys, Role
from runtime.servers.provision import RETENTION, SEARCH_ATTRIBUTES, attributes_of, inbox_consumers, retention_of, streams
from runtime.temporal.client import connect_plainly
from runtime.tls.certificates import PLAINTEXT, Certificates

STREAM_SETTINGS = (
    "subjects",
    "retention",
    "storage",
    "discard",
    "discard_new_per_subject",
    "max_msgs_per_subject",
    "max_msg_size",
    "max_bytes",
    "max_age",
    "duplicate_window",
    "allow_direct",
    "num_replicas",
)
CONSUMER_SETTINGS = ("durable_name", "filter_subject", "ack_policy", "ack_wait", "max_deliver", "max_ack_pending")


class Setting(Model):
    """One setting as it is wanted and as it was found."""

    where: str
    name: str
    wanted: str
    found: str

    @property
    def as_wanted(self) -> bool:
        """Nothing to do here."""
        return self.wanted == self.found


async def read_back(  # noqa: PLR0913 - where, whose, with what, and how many
    nats_url: str,
    temporal_address: str,
    directory: Directory,
    keys: Keys,
    certificates: Certificates = PLAINTEXT,
    *,
    replicas: int = 1,
) -> tuple[Setting, ...]:
    """Every setting of the streams, consumers, namespaces and attributes, and of the bus's storage."""
    client = await connect_plainly(temporal_address, certificates.for_temporal.system)
    parts = await asyncio.gather(
        _storage(Access(nats_url, keys.system_seed(), certificates.system)),
        *(
            _account(agency, directory, _operator(nats_url, agency, keys, certificates), replicas)
            for agency in directory.agencies
        ),
        *(_namespace(client, agency.namespace) for agency in directory.agencies),
    )
    return tuple(setting for part in parts for setting in part)


async def read_back_of(agency: Agency, directory: Directory, operator: Access, client: Client) -> tuple[Setting, ...]:
    """The settings of one agency, as far as it may ask for them itself: streams, consumers, and how long files are kept.

    Args:
        agency: Which one.
        directory: Who takes part.
        operator: What gets its operator onto the bus.
        client: In its namespace.
    """
    found = await _account(agency, directory, operator, None)
    kept = await retention_of(client, agency.namespace)
    where = f"{agency.namespace} namespace"
    return (*found, Setting(where=where, name="retention", wanted=str(RETENTION), found=str(kept) if kept else "missing"))


def _operator(nats_url: str, agency: Agency, keys: Keys, certificates: Certificates) -> Access:
    return Access(nats_url, keys.seed(agency.slug, Role.OPERATOR), certificates.of(agency.slug))


async def _storage(system: Access) -> list[Setting]:
    client = await connect(*system)
    try:
        answer = await client.request("$SYS.REQ.SERVER.PING.VARZ", b"", timeout=5)
    finally:
        await client.close()
    config = json.loads(answer.data)["data"]["jetstream"]["config"]
    return [Setting(where="bus", name="sync_always", wanted="True", found=str(config.get("sync_always", False)))]


async def _account(agency: Agency, directory: Directory, operator: Access, replicas: int | None) -> list[Setting]:
    """Without a number of replicas that is not compared: it is a matter of whoever runs the bus."""
    names = tuple(name for name in STREAM_SETTINGS if replicas or name != "num_replicas")
    client = await connect(*operator)
    try:
        stream = jetstream(client)
        found: list[Setting] = []
        for wanted in streams(replicas=replicas or 1):
            found += _compare(f"{agency.slug} {wanted.name}", names, wanted, await _stream(stream, wanted.name or ""))
        there = await _consumers(stream)
        for name, wanted in inbox_consumers(agency, directory).items():
            found += _compare(f"{agency.slug} {name}", CONSUMER_SETTINGS, wanted, there.get(name))
        return found
    finally:
        await client.close()


async def _stream(stream: JetStreamContext, name: str) -> Any:
    try:
        return (await stream.stream_info(name)).config
    except NatsError:
        return None


async def _consumers(stream: JetStreamContext) -> dict[str, Any]:
    try:
        return {info.name: info.config for info in await consumers(stream)}
    except NatsError:
        return {}


async def _namespace(client: Client, namespace: str) -> list[Setting]:
    kept = await retention_of(client, namespace)
    found = _named(await attributes_of(client, namespace)) if kept is not None else {}
    wanted = {"retention": str(RETENTION), **_named(SEARCH_ATTRIBUTES)}
    found["retention"] = "missing" if kept is None else str(kept)
    where = f"{namespace} namespace"
    return [Setting(where=where, name=name, wanted=word, found=found.get(name, "missing")) for name, word in wanted.items()]


def _named(attributes: Mapping[str, IndexedValueType.ValueType]) -> dict[str, str]:
    return {name: IndexedValueType.Name(value).removeprefix("INDEXED_VALUE_TYPE_") for name, value in attributes.items()}


def _compare(where: str, names: tuple[str, ...], wanted: Any, found: Any) -> list[Setting]:
    return [
        Setting(where=where, name=name, wanted=_word(wanted, name), found="missing" if found is None else _word(found, name))
        for name in names
    ]


def _word(config: Any, name: str) -> str:
    value = getattr(config, name)
    return str(float(value or 0)) if name in {"duplicate_window", "ack_wait", "max_age"} else str(getattr(value, "value", value))
