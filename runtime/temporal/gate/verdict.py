"""Whether a request stays in the namespace of the agency that asks."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from runtime.temporal.gate.methods import SERVICE, WITH_NAMESPACE, WITHOUT, name_of

ANY = "google.protobuf.Any"
"""A message of any type, as bytes."""
PACKED = frozenset(f"temporal.api.update.v1.{name}" for name in ("Acceptance", "Rejection", "Response"))
"""What is in one: a worker's answers to updates, none of which holds such a message again."""
ELSEWHERE = frozenset({"temporal.api.command.v1.ScheduleNexusOperationCommandAttributes", "temporal.api.common.v1.Callback"})
"""What makes the server itself write to somewhere. Where that is, no field says in a way that could be compared: an endpoint is a
name, behind which is any namespace, or the server itself, for which a payload holds a whole request."""

MOST = 4000
"""Parts of one request that are looked at; each takes some microseconds, in which nobody else is answered."""


class Fault(StrEnum):
    """Why a request is refused, in words that say nothing about anybody else's namespace."""

    NOBODY = "this certificate is of no agency that takes part"
    METHOD = "an agency may not ask this of Temporal"
    UNREADABLE = "the gate cannot read all of this request: is the client broken, or newer than the gate?"
    NAMESPACE = "an agency works in its own namespace only"
    PARTS = "this request has more parts than the gate looks at: send less at a time"
    ELSEWHERE = "neither Nexus operations nor callbacks: they could lead out of the namespace"


class NotLetThrough(Exception):  # noqa: N818 - named as what is the case
    """A request is refused."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


Judge: TypeAlias = Callable[[str, bytes, str], bytes]
"""Says what of a request is sent on; ``judged`` is one."""


def judged(path: str, request: bytes, namespace: str, *, most: int = MOST) -> bytes:
    """The request as it may be sent on: what was judged, not what came, so that nobody else can read it in another way.

    Args:
        path: Of the method.
        request: As it came.
        namespace: Of the agency that asks.
        most: How many parts are looked at.

    Raises:
        NotLetThrough: It is not for this agency.
    """
    if path in WITHOUT:
        return request
    name = name_of(path)
    if name not in WITH_NAMESPACE:
        raise NotLetThrough(Fault.METHOD)
    message = _read(SERVICE.methods_by_name[name].input_type, request)
    fields: Any = message
    if fields.namespace != namespace or (name == "DescribeNamespace" and fields.id):
        raise NotLetThrough(Fault.NAMESPACE)
    _Look(namespace, most).at(message)
    return message.SerializeToString()


def _read(kind: Descriptor, raw: bytes) -> Message:
    """A message of which every field is known: in one that is not, the server could find a namespace."""
    message = GetMessageClass(kind)()
    try:
        message.ParseFromString(raw)
    except DecodeError:
        raise NotLetThrough(Fault.UNREADABLE) from None
    whole = message.ByteSize()
    message.DiscardUnknownFields()
    if message.ByteSize() != whole:
        raise NotLetThrough(Fault.UNREADABLE)
    return message


class _Look:
    """Looks at every field, however deep. A namespace that is empty means the one of the whole request."""

    def __init__(self, namespace: str, most: int) -> None:
        self._namespace = namespace
        self._left = most

    def at(self, message: Message) -> None:
        self._left -= 1
        if self._left < 0:
            raise NotLetThrough(Fault.PARTS)
        kind = message.DESCRIPTOR.full_name
        if kind in ELSEWHERE:
            raise NotLetThrough(Fault.ELSEWHERE)
        if kind == ANY:
            self._open(message)
        for field, value in message.ListFields():
            if _names_namespace(field) and set(_several(value)) != {self._namespace}:
                raise NotLetThrough(Fault.NAMESPACE)
            if field.message_type and _matters(field.message_type.full_name):
                for part in _parts(field, value):
                    self.at(part)

    def _open(self, packed: Any) -> None:
        if packed.TypeName() not in PACKED:
            raise NotLetThrough(Fault.UNREADABLE)
        message = _read(Default().FindMessageTypeByName(packed.TypeName()), packed.value)
        self.at(message)
        packed.value = message.SerializeToString()


def _names_namespace(field: FieldDescriptor) -> bool:
    return field.type == FieldDescriptor.TYPE_STRING and "namespace" in field.name


def _several(value: str | Iterable[str]) -> Iterable[str]:
    return (value,) if isinstance(value, str) else value


def _parts(field: FieldDescriptor, value: Any) -> Iterable[Message]:
    if isinstance(value, Message):
        return (value,)
    return value.values() if field.message_type and field.message_type.GetOptions().map_entry else value


@cache
def _matters(kind: str) -> bool:
    """Whether something to look at can be inside a message of this type; payloads, the bulk of all bytes, are not looked into."""
    return any(
        part.full_name in {*ELSEWHERE, ANY} or any(map(_names_namespace, part.fields))
        for part in _within(Default().FindMessageTypeByName(kind), set())
    )


def _within(kind: Descriptor, seen: set[str]) -> Iterator[Descriptor]:
    if kind.full_name not in seen:
        seen.add(kind.full_name)
        yield kind
        for field in kind.fields:
            if field.message_type:
                yield from _within(field.message_type, seen)
