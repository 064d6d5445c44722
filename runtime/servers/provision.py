"""Making what an installation needs on its servers: streams, consumers, namespaces, search attributes.

It removes nothing but the one consumer that all senders shared in versions before; what that had handed out comes again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from google.protobuf.duration_pb2 import Duration
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import NotFoundError
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from contracts.agencies import Agency, Directory
from contracts.catalogue import CATALOGUE, may_send
from runtime.bus.connection import Access, connect, jetstream
from runtime.bus.shares import MESSAGE, PAYLOAD, SHARES, Shares, consumer_of
from runtime.bus.standing import consumers
from runtime.keys.files import Keys, Role
from runtime.servers.nats_config import FORMER_CONSUMER
from runtime.temporal.client import connect_plainly
from runtime.tls.certificates import PLAINTEXT, Certificates, Tls
from runtime.waiting import until

log = structlog.get_logger()

DUPLICATE_WINDOW = timedelta(hours=2)
RETENTION = timedelta(days=30)
ANSWERS_KEPT = timedelta(days=4)
"""An office gives up a day before (``runtime/bus/answers.py``), with an alarm; this is for one that is closed."""
PATIENCE = 30.0
"""Seconds until a consumer is made, and until a namespace or a search attribute that was made must be visible."""
ANSWERED = 10.0
"""Seconds until a question about a stream must be answered."""
TRIES = 3


def streams(shares: Shares = SHARES, *, replicas: int = 1) -> tuple[StreamConfig, ...]:
    """The streams of an agency: each refuses what does not fit into its sender's share, and never makes room by removing."""
    inbox = StreamConfig(
        name="INBOX",
        subjects=["from.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        max_msgs_per_subject=shares.lane,
        max_msg_size=MESSAGE,
        max_bytes=shares.inbox,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        discard_new_per_subject=True,
        duplicate_window=DUPLICATE_WINDOW.total_seconds(),
        allow_direct=False,
        num_replicas=replicas,
    )
    kept = {"retention": RetentionPolicy.LIMITS, "max_msg_size": PAYLOAD}
    dead = {"subjects": ["dead.>"], "max_msgs_per_subject": shares.dead_lane + shares.spare, "max_bytes": shares.dead}
    answers = {"subjects": ["answers.>"], "max_msgs_per_subject": shares.answers, "max_bytes": shares.outgoing}
    return (
        inbox,
        replace(inbox, name="DEAD", **kept, **dead),
        replace(inbox, name="ANSWERS", **kept, **answers, max_age=ANSWERS_KEPT.total_seconds()),
    )


def inbox_consumers(agency: Agency, directory: Directory, shares: Shares = SHARES) -> dict[str, ConsumerConfig]:
    """One for everybody who may send to an agency, by name: what one of them sends takes no place of another's."""
    senders = [one.slug for one in directory.agencies if any(may_send(one, agency, event) for event in CATALOGUE.values())]
    return {consumer_of(sender): _consumer(sender, shares) for sender in senders}


def _consumer(sender: str, shares: Shares) -> ConsumerConfig:
    name = consumer_of(sender)
    return ConsumerConfig(
        name=name,
        durable_name=name,
        filter_subject=f"from.{sender}.>",
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=30,
        max_deliver=-1,
        max_ack_pending=shares.under_way,
    )


SEARCH_ATTRIBUTES: Mapping[str, IndexedValueType.ValueType] = {
    "KetenPhase": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenOwner": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenRegion": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenKind": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenCase": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenDeadline": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "KetenOverdue": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    "KetenOverdueSince": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "KetenReminded": IndexedValueType.INDEXED_VALUE_TYPE_INT,
    "KetenTurn": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenStep": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenDue": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "KetenAlarm": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    "KetenWaitsFor": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenWaitsIn": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
}


async def provision_streams(  # noqa: PLR0913 - where, for whom, with what, how many, how much
    nats_url: str,
    directory: Directory,
    keys: Keys,
    certificates: Certificates = PLAINTEXT,
    *,
    replicas: int = 1,
    shares: Shares = SHARES,
) -> None:
    """Make or update every agency's streams and its consumers, each as that agency's own operator."""

    async def provision(agency: Agency) -> None:
        operator = Access(nats_url, keys.seed(agency.slug, Role.OPERATOR), certificates.of(agency.slug))
        await provision_account(operator, streams(shares, replicas=replicas), inbox_consumers(agency, directory, shares))

    await asyncio.gather(*(provision(agency) for agency in directory.agencies))


async def provision_namespaces(temporal_address: str, directory: Directory, tls: Tls | None = None) -> None:
    """Make every agency's namespace and its search attributes, and wait until they can be used."""
    client = await connect_plainly(temporal_address, tls)
    for agency in directory.agencies:  # one by one: the server keeps one version number for all namespaces
        await _provision_namespace(client, agency.namespace)


async def attributes_of(client: Client, namespace: str) -> dict[str, IndexedValueType.ValueType]:
    """The search attributes that were added to a namespace."""
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    return dict(listed.custom_attributes)


async def retention_of(client: Client, namespace: str) -> timedelta | None:
    """How long a namespace keeps closed workflows; None if there is no such namespace."""
    try:
        found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


async def provision_account(operator: Access, wanted: Sequence[StreamConfig], taking: Mapping[str, ConsumerConfig]) -> None:
    """Make or update the streams and consumers of one agency, as its operator.

    A server that has just started, and is asked for many accounts at once, now and then leaves a question without answer. What
    was made is found at the next try.

    Raises:
        nats.errors.TimeoutError: No answer at any try.
    """
    for left in reversed(range(TRIES)):
        try:
            await _provision_account(operator, wanted, taking)
        except NatsTimeout:
            if not left:
                raise
            log.warning("bus_did_not_answer")
        else:
            return


async def _provision_account(operator: Access, wanted: Sequence[StreamConfig], taking: Mapping[str, ConsumerConfig]) -> None:
    client = await connect(*operator)
    try:
        stream = jetstream(client, ANSWERED)
        for config in wanted:
            await _provision_stream(stream, config)
        await _provision_consumers(stream, taking)
    finally:
        await client.close()


async def _provision_stream(stream: JetStreamContext, wanted: StreamConfig) -> None:
    try:
        info = await stream.stream_info(wanted.name or "", subjects_filter=">")
    except NotFoundError:
        await stream.add_stream(wanted)  # pyright: ignore[reportUnknownMemberType]
    else:
        await stream.update_stream(_holding(wanted, info))  # pyright: ignore[reportUnknownMemberType]


def _holding(wanted: StreamConfig, info: StreamInfo) -> StreamConfig:
    """A server that is told of a lower limit removes what is above it, so the limit comes down only when the lane is emptier."""
    fullest = max((info.state.subjects or {}).values(), default=0)
    return replace(wanted, max_msgs_per_subject=max(wanted.max_msgs_per_subject, fullest))


async def _provision_consumers(stream: JetStreamContext, wanted: Mapping[str, ConsumerConfig]) -> None:
    """No two consumers of an inbox may hand out the same, so the former one goes first. One that nobody needs now stays."""
    found = {info.name: info.config for info in await consumers(stream)}
    if FORMER_CONSUMER in found:
        await stream.delete_consumer("INBOX", FORMER_CONSUMER)
    missing = [config for name, config in wanted.items() if name not in found or _differ(found[name], config)]
    adding = (stream.add_consumer("INBOX", config, timeout=PATIENCE) for config in missing)  # pyright: ignore[reportUnknownMemberType]
    await asyncio.gather(*adding)


def _differ(found: ConsumerConfig, wanted: ConsumerConfig) -> bool:
    return (found.max_ack_pending, found.ack_wait) != (wanted.max_ack_pending, wanted.ack_wait)


async def _provision_namespace(client: Client, namespace: str) -> None:
    await _ensure_namespace(client, namespace)
    missing = await _missing(client, namespace)
    if missing:
        adding = AddSearchAttributesRequest(namespace=namespace, search_attributes={k: SEARCH_ATTRIBUTES[k] for k in missing})
        await client.operator_service.add_search_attributes(adding, retry=True)

    async def complete() -> bool:
        return not await _missing(client, namespace)

    await until(complete, seconds=PATIENCE)


async def _missing(client: Client, namespace: str) -> set[str]:
    return SEARCH_ATTRIBUTES.keys() - (await attributes_of(client, namespace)).keys()


async def _ensure_namespace(client: Client, namespace: str) -> None:
    ttl = Duration()
    ttl.FromTimedelta(RETENTION)
    kept = await retention_of(client, namespace)
    if kept is None:
        registration = RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=ttl)
        await client.workflow_service.register_namespace(registration, retry=True)
    elif kept != RETENTION:
        update = UpdateNamespaceRequest(namespace=namespace, config=NamespaceConfig(workflow_execution_retention_ttl=ttl))
        await client.workflow_service.update_namespace(update, retry=True)

    async def there() -> bool:
        try:
            await attributes_of(client, namespace)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:  # registered, but not every part of the server knows it yet
                return False
            raise
        return True

    await until(there, seconds=PATIENCE)
