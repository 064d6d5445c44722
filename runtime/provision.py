"""Making what an installation needs on its servers: streams, consumers, namespaces, search attributes. It never deletes."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from contracts.agencies import Directory
from runtime.bus.connection import Access, connect, jetstream
from runtime.keys import Keys, Role
from runtime.nats_config import CONSUMER
from runtime.temporal import connect_plainly
from runtime.tls import PLAINTEXT, Certificates, Tls
from runtime.waiting import until

DUPLICATE_WINDOW = timedelta(hours=2)
RETENTION = timedelta(days=30)
PATIENCE = 30.0
"""Seconds until a namespace or a search attribute that was made must be visible."""

INBOX = StreamConfig(
    name="INBOX",
    subjects=["from.>"],
    retention=RetentionPolicy.WORK_QUEUE,
    storage=StorageType.FILE,
    discard=DiscardPolicy.NEW,
    max_msg_size=-1,
    duplicate_window=DUPLICATE_WINDOW.total_seconds(),
    allow_direct=False,
)
DEAD = StreamConfig(
    name="DEAD",
    subjects=["dead.>"],
    retention=RetentionPolicy.LIMITS,
    storage=StorageType.FILE,
    discard=DiscardPolicy.NEW,
    duplicate_window=DUPLICATE_WINDOW.total_seconds(),
    allow_direct=False,
)
INBOX_CONSUMER = ConsumerConfig(
    name=CONSUMER,
    durable_name=CONSUMER,
    ack_policy=AckPolicy.EXPLICIT,
    ack_wait=30,
    max_deliver=-1,
    max_ack_pending=256,
)
SEARCH_ATTRIBUTES: Mapping[str, IndexedValueType.ValueType] = {
    "KetenPhase": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenOwner": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenRegion": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenKind": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenCase": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KetenDeadline": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "KetenOverdue": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
}


async def provision_streams(
    nats_url: str, directory: Directory, keys: Keys, certificates: Certificates = PLAINTEXT, *, replicas: int = 1
) -> None:
    """Make or update every agency's streams and its consumer, each as that agency's own operator."""
    operators = [
        Access(nats_url, keys.seed(agency.slug, Role.OPERATOR), certificates.of(agency.slug)) for agency in directory.agencies
    ]
    await asyncio.gather(*(_provision_account(operator, replicas) for operator in operators))


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


async def _provision_account(operator: Access, replicas: int) -> None:
    client = await connect(*operator)
    try:
        stream = jetstream(client)
        for config in (INBOX, DEAD):
            await _provision_stream(stream, replace(config, num_replicas=replicas))
        await stream.add_consumer("INBOX", INBOX_CONSUMER)  # pyright: ignore[reportUnknownMemberType]
    finally:
        await client.close()


async def _provision_stream(stream: JetStreamContext, wanted: StreamConfig) -> None:
    try:
        await stream.stream_info(wanted.name or "")
    except NotFoundError:
        await stream.add_stream(wanted)  # pyright: ignore[reportUnknownMemberType]
    else:
        await stream.update_stream(wanted)  # pyright: ignore[reportUnknownMemberType]


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
