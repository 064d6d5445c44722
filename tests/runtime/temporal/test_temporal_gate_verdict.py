"""What the gate lets through: every place in which a request of any method can name a namespace, and every way to hide one."""

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import BytesValue
from temporalio.api.command.v1 import Command, ScheduleNexusOperationCommandAttributes
from temporalio.api.common.v1 import Callback, Link, Payload, Payloads
from temporalio.api.enums.v1 import CommandType
from temporalio.api.failure.v1 import ChildWorkflowExecutionFailureInfo, Failure
from temporalio.api.protocol.v1 import Message as Told
from temporalio.api.update.v1 import Acceptance, Request
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RespondActivityTaskFailedRequest,
    RespondWorkflowTaskCompletedRequest,
    StartWorkflowExecutionRequest,
)

from runtime.temporal.gate.methods import SERVICE, WITH_NAMESPACE, WITHOUT, name_of
from runtime.temporal.gate.verdict import ELSEWHERE, MOST, Fault, NotLetThrough, judged
from tests.gated import OTHER, OWN, path, request_of

Place = tuple[FieldDescriptor, ...]
UNKNOWN = b"\xfa\x3e\x03urk"
"""A field with the number 1007 and another's namespace in it: such as a later version of Temporal might have."""


def fault(request: Message | bytes, method: str | None = None) -> Fault | None:
    """Why the own agency's request is refused; None: it is let through."""
    raw = request if isinstance(request, bytes) else request.SerializeToString()
    name = method or (request.DESCRIPTOR.name.removesuffix("Request") if isinstance(request, Message) else "")
    try:
        judged(path(name), raw, OWN)
    except NotLetThrough as refusal:
        return refusal.fault
    return None


def places(kind: Descriptor, above: Place = ()) -> Iterator[Place]:
    """Every way to a text whose name says that it is a namespace, not through what is refused whole, no type twice on a way."""
    for field in kind.fields:
        if field.type == FieldDescriptor.TYPE_STRING and "namespace" in field.name:
            yield (*above, field)
        elif field.message_type and field.message_type.full_name not in {*ELSEWHERE, *(name_of_type(step) for step in above)}:
            yield from places(field.message_type, (*above, field))


def name_of_type(field: FieldDescriptor) -> str | None:
    return field.message_type.full_name if field.message_type else None


def naming(method: str, place: Place, namespace: str) -> Message:
    """A request for the own namespace that names another one, or the same, in one place."""
    request: Any = request_of(method, namespace=OWN)
    at = request
    for step in place[:-1]:
        if hasattr(at, "get_or_create"):  # a map; the step is to its value
            at = at.get_or_create("some")
            continue
        at = getattr(at, step.name)
        if hasattr(at, "add"):
            at = at.add()
    setattr(at, place[-1].name, namespace)
    return request


PLACES = [(name, place) for name in sorted(WITH_NAMESPACE) for place in places(SERVICE.methods_by_name[name].input_type)]


@pytest.mark.parametrize(
    ("method", "place"), PLACES, ids=lambda part: part if isinstance(part, str) else ".".join(s.name for s in part)
)
def test_another_namespace_is_refused_in_every_place_where_one_can_stand(method: str, place: Place) -> None:
    assert fault(naming(method, place, OTHER)) is Fault.NAMESPACE
    assert fault(naming(method, place, OTHER.upper())) is Fault.NAMESPACE
    assert fault(naming(method, place, OWN)) is None


def test_there_are_many_such_places_and_among_them_those_that_a_worker_can_use() -> None:
    known = {(method, ".".join(step.name for step in place)) for method, place in PLACES}
    command = "commands.{}_command_attributes.namespace"
    for kind in (
        "start_child_workflow_execution",
        "signal_external_workflow_execution",
        "request_cancel_external_workflow_execution",
    ):
        assert ("RespondWorkflowTaskCompleted", command.format(kind)) in known
    assert ("ExecuteMultiOperation", "operations.start_workflow.namespace") in known
    assert ("ExecuteMultiOperation", "operations.update_workflow.namespace") in known
    assert len(known) > 80


@pytest.mark.parametrize("method", sorted(SERVICE.methods_by_name))
def test_what_is_not_on_the_list_is_refused_and_what_is_must_say_for_which_namespace(method: str) -> None:
    asked = request_of(method, namespace=OWN)
    if path(method) in WITHOUT:
        assert fault(asked) is None
    elif method in WITH_NAMESPACE:
        assert fault(asked) is None
        assert fault(request_of(method)) is Fault.NAMESPACE
        assert fault(request_of(method, namespace=OTHER)) is Fault.NAMESPACE
    else:
        assert fault(asked) is Fault.METHOD


@pytest.mark.parametrize(
    "where",
    [
        "/temporal.api.operatorservice.v1.OperatorService/ListSearchAttributes",
        "/temporal.server.api.adminservice.v1.AdminService/DescribeCluster",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        path("Invented"),
        path("ListWorkflowExecutions").upper(),
        "/" + path("ListWorkflowExecutions"),
        path("ListWorkflowExecutions") + "/",
        "ListWorkflowExecutions",
        "",
    ],
)
def test_a_path_that_is_not_on_the_list_is_refused_and_has_no_name_in_a_log(where: str) -> None:
    with pytest.raises(NotLetThrough) as caught:
        judged(where, request_of("ListWorkflowExecutions", namespace=OWN).SerializeToString(), OWN)
    assert caught.value.fault is Fault.METHOD
    assert name_of(where) in {"unknown", "ListWorkflowExecutions"}


def told(body: Message) -> RespondWorkflowTaskCompletedRequest:
    """A worker's answer to an update; its body is a message of any type."""
    packed = Packed()
    packed.Pack(body)
    return RespondWorkflowTaskCompletedRequest(namespace=OWN, messages=[Told(body=packed)])


def linked(namespace: str) -> Link:
    return Link(workflow_event=Link.WorkflowEvent(namespace=namespace))


def failed(depth: int, namespace: str) -> Failure:
    """A failure with a cause with a cause: the innermost is that of a child."""
    if depth:
        return Failure(cause=failed(depth - 1, namespace))
    return Failure(child_workflow_execution_failure_info=ChildWorkflowExecutionFailureInfo(namespace=namespace))


NEXUS = Command(
    command_type=CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION,
    schedule_nexus_operation_command_attributes=ScheduleNexusOperationCommandAttributes(endpoint="__temporal_system"),
)
CALLBACK = Callback(nexus=Callback.Nexus(url="temporal://system"))
HIDDEN: dict[str, tuple[Fault, Message | bytes, str | None]] = {
    "by the number of a namespace": (Fault.NAMESPACE, DescribeNamespaceRequest(namespace=OWN, id="a-number"), None),
    "deep in a failure": (Fault.NAMESPACE, RespondActivityTaskFailedRequest(namespace=OWN, failure=failed(20, OTHER)), None),
    "in an answer to an update": (Fault.NAMESPACE, told(Acceptance(accepted_request=Request(links=[linked(OTHER)]))), None),
    "in a message of a type that holds another": (Fault.UNREADABLE, told(told(Acceptance())), None),
    "an operation of the server itself": (
        Fault.ELSEWHERE,
        RespondWorkflowTaskCompletedRequest(namespace=OWN, commands=[NEXUS]),
        None,
    ),
    "a callback": (Fault.ELSEWHERE, StartWorkflowExecutionRequest(namespace=OWN, completion_callbacks=[CALLBACK]), None),
    "a callback in an answer to an update": (
        Fault.ELSEWHERE,
        told(Acceptance(accepted_request=Request(completion_callbacks=[CALLBACK]))),
        None,
    ),
    "in a field that nobody knows": (
        Fault.UNREADABLE,
        StartWorkflowExecutionRequest(namespace=OWN).SerializeToString() + UNKNOWN,
        "StartWorkflowExecution",
    ),
    "in such a field deeper down": (
        Fault.UNREADABLE,
        StartWorkflowExecutionRequest(namespace=OWN, links=[Link.FromString(UNKNOWN)]),
        None,
    ),
    "in such a field in an answer to an update": (Fault.UNREADABLE, told(Acceptance.FromString(UNKNOWN)), None),
    "in a message of a type that nobody knows": (
        Fault.UNREADABLE,
        RespondWorkflowTaskCompletedRequest(namespace=OWN, messages=[Told(body=Packed(type_url="a/b.C", value=UNKNOWN))]),
        None,
    ),
    "no message at all": (Fault.UNREADABLE, b"\xff\xff\xff", "StartWorkflowExecution"),
    "twice, the last one counts": (
        Fault.NAMESPACE,
        b"".join(StartWorkflowExecutionRequest(namespace=name).SerializeToString() for name in (OWN, OTHER)),
        "StartWorkflowExecution",
    ),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_what_is_hidden_is_found(how: str) -> None:
    expected, request, method = HIDDEN[how]
    assert fault(request, method) is expected


def test_what_was_judged_is_what_is_sent_on() -> None:
    twice = b"".join(StartWorkflowExecutionRequest(namespace=name).SerializeToString() for name in (OTHER, OWN))
    sent = judged(path("StartWorkflowExecution"), twice, OWN)
    assert sent == StartWorkflowExecutionRequest(namespace=OWN).SerializeToString()
    assert OTHER.encode() not in sent


def test_what_a_worker_says_of_its_own_goes_through_unchanged() -> None:
    payload = Payload(metadata={"encoding": b"binary/encrypted"}, data=BytesValue(value=OTHER.encode()).SerializeToString())
    start = StartWorkflowExecutionRequest(namespace=OWN, input=Payloads(payloads=[payload]), links=[linked(OWN)])
    start.memo.fields["a"].CopyFrom(payload)
    for request in (start, told(Acceptance(accepted_request=Request(links=[linked(OWN), linked("")])))):
        raw = judged(path(request.DESCRIPTOR.name.removesuffix("Request")), request.SerializeToString(), OWN)
        assert type(request).FromString(raw) == request


@pytest.mark.parametrize("most", [MOST, 10 * MOST], ids=["bounded", "control: no bound"])
def test_a_request_of_more_parts_than_anybody_needs_is_refused_before_they_are_all_looked_at(most: int) -> None:
    """Parts of 38 bytes, of which 100,000 held the gate for a second."""
    request = RespondWorkflowTaskCompletedRequest(namespace=OWN)
    for _ in range(MOST):
        request.messages.add().body.type_url = "t/temporal.api.update.v1.Response"
    if most == MOST:
        with pytest.raises(NotLetThrough) as refused:
            judged(path("RespondWorkflowTaskCompleted"), request.SerializeToString(), OWN)
        assert refused.value.fault is Fault.PARTS
    else:
        assert judged(path("RespondWorkflowTaskCompleted"), request.SerializeToString(), OWN, most=most)


def test_a_request_of_many_parts_is_let_through() -> None:
    commands = [Command(command_type=CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION) for _ in range(MOST // 2)]
    assert fault(RespondWorkflowTaskCompletedRequest(namespace=OWN, commands=commands)) is None
