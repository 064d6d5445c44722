"""Histories of an installation, decrypted as those may who have the keys of the agency's cases."""

from collections.abc import AsyncGenerator, Generator
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from console.files import Found
from runtime.temporal.codec import ENCODING
from tests.installed import Here


async def history(here: Here, file: Found) -> AsyncGenerator[Any]:
    """The events of a file's history, with every payload in clear."""
    codec = here.installation.codec(file.agency.slug).with_context(
        WorkflowSerializationContext(namespace=file.agency.namespace, workflow_id=file.handle.id)
    )
    async for event in file.handle.fetch_history_events():
        for payload in payloads_in(event):
            if payload.metadata["encoding"] == ENCODING:
                [clear] = await codec.decode([payload])
                payload.CopyFrom(clear)
        yield event


def payloads_in(message: Any) -> Generator[Payload]:
    """Every payload in a message, however deep."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inner = value.values()
        else:
            inner = value if hasattr(value, "__len__") and not hasattr(value, "ListFields") else [value]
        for part in inner:
            if hasattr(part, "ListFields"):
                yield from payloads_in(part)
