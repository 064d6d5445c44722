"""The gate before a real Temporal: an agency works in its own namespace as if there were no gate, and gets into no other."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from structlog.testing import capture_logs
from temporalio.api.command.v1 import (
    Command,
    ScheduleNexusOperationCommandAttributes,
    SignalExternalWorkflowExecutionCommandAttributes,
    StartChildWorkflowExecutionCommandAttributes,
)
from temporalio.api.common.v1 import WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import CommandType
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    GetWorkflowExecutionHistoryResponse,
    PollWorkflowTaskQueueResponse,
    RespondWorkflowTaskCompletedRequest,
)
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError
from temporalio.worker import Worker

from contracts.agencies import Directory
from runtime.logs import ALLOWED
from runtime.servers.process import ServerFailed, ServerProcess
from runtime.temporal.client import TemporalUnreachable, connect_plainly
from runtime.temporal.gate.methods import SERVICE, WITH_NAMESPACE, WITHOUT
from runtime.temporal.gate.server import AWAY
from runtime.temporal.gate.verdict import Fault, NotLetThrough
from runtime.waiting import until
from tests.certified import Certified
from tests.gated import OTHER, OWN, PATIENCE, Answer, Caller, Gated, answering, caller, dev_server, path, request_of
from tests.runtime.errand import Errand, fetch

pytestmark = pytest.mark.long

WORDS = {fault.value for fault in Fault}


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Certified:
    return Certified(tmp_path_factory.mktemp("certified"), directory)


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory, certified: Certified, directory: Directory) -> Generator[Gated]:
    with dev_server(tmp_path_factory.mktemp("temporal")) as address:
        asyncio.run(answering(address))
        yield Gated(address, certified, directory)


@pytest.fixture
async def own(gated: Gated) -> AsyncGenerator[Caller]:
    """The own agency, at a gate."""
    async with gated.at(OWN) as there:
        yield there


@pytest.fixture
async def in_clear(gated: Gated) -> AsyncGenerator[Caller]:
    """Whoever reaches Temporal itself."""
    async with caller(gated.temporal, None) as there:
        yield there


def shallow(where: str, request: bytes, namespace: str) -> bytes:
    """A judge that compares the namespace of the whole request, and looks at nothing in it."""
    asked = request_of(where.rpartition("/")[2])
    asked.ParseFromString(request)
    if asked.namespace != namespace:
        raise NotLetThrough(Fault.NAMESPACE)
    return request


def working(client: Client) -> Worker:
    return Worker(client, task_queue="errands", workflows=[Errand], activities=[fetch])


async def test_an_agencys_worker_does_all_its_work_through_the_gate(gated: Gated) -> None:
    async with gated.gate() as address:
        client: Any = await gated.client(address)  # its updates are only partly typed
        with capture_logs() as logged:
            async with working(client):
                handle = await client.start_workflow(Errand.run, id=new_id(), task_queue="errands")
                assert await handle.query(Errand.said) == ""
                assert await handle.execute_update(Errand.say, "bread") == "bread it is"
                assert await handle.result() == "bread fetched"
                start: Any = WithStartWorkflowOperation(
                    Errand.run, id=new_id(), task_queue="errands", id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
                )
                said = await client.execute_update_with_start_workflow(Errand.say, "milk", start_workflow_operation=start)
                assert said == "milk it is"
                assert await (await start.workflow_handle()).result() == "milk fetched"
            assert (await handle.fetch_history()).events
            assert await client.count_workflows() is not None
        assert logged == [], "nothing of it was refused"


async def test_who_is_started_beside_a_gate_is_not_aborted_at_the_fork(gated: Gated, tmp_path: Path) -> None:
    """Without the switch in ``tests.without_fork_handlers`` about one child in a hundred is."""
    ends: list[str] = []
    async with gated.at(OWN) as there:
        for _ in range(100):
            asking = asyncio.create_task(there.say(request_of("GetSystemInfo")))
            child = await ServerProcess.start("nats-server", ["--version"], tmp_path / "child.log")
            with pytest.raises(ServerFailed) as ended:
                await child.died()
            ends.append(str(ended.value).partition(".")[0])
            await asking
    assert set(ends) == {"nats-server ended with code 0"}


class TestWhatFailsFailsAsWithoutTheGate:
    @staticmethod
    async def both(gated: Gated, fails: Callable[[Client], Awaitable[Any]]) -> list[BaseException]:
        """What an agency sees at Temporal itself, and at the gate."""
        async with gated.gate() as address:
            clients = [await gated.client(there) for there in (gated.temporal, address)]
            async with working(clients[0]):
                results = [await asyncio.gather(fails(client), return_exceptions=True) for client in clients]
        seen = [result for [result] in results]
        assert all(isinstance(one, BaseException) for one in seen), seen
        return seen

    async def test_what_runs_already_is_not_started_again(self, gated: Gated) -> None:
        async def fails(client: Client) -> None:
            name = new_id()
            for _ in range(2):
                await client.start_workflow(Errand.run, id=name, task_queue="errands")

        direct, through = await self.both(gated, fails)
        assert type(direct) is type(through) is WorkflowAlreadyStartedError
        assert isinstance(through, WorkflowAlreadyStartedError)
        assert through.run_id, "from the details of the error, in its trailing metadata"

    async def test_what_a_validator_refuses(self, gated: Gated) -> None:
        async def fails(client: Client) -> None:
            handle: Any = await client.start_workflow(Errand.run, id=new_id(), task_queue="errands")
            await handle.execute_update(Errand.say, "")

        direct, through = await self.both(gated, fails)
        assert type(direct) is type(through) is WorkflowUpdateFailedError
        assert str(through.__cause__) == str(direct.__cause__) == "ValueError: say something"

    async def test_a_question_that_nobody_answers(self, gated: Gated) -> None:
        async def fails(client: Client) -> None:
            handle = await client.start_workflow(Errand.run, id=new_id(), task_queue="errands")
            await handle.query("unknown")

        direct, through = await self.both(gated, fails)
        assert type(direct) is type(through) is WorkflowQueryFailedError
        assert str(through) == str(direct)

    async def test_a_workflow_that_does_not_exist(self, gated: Gated) -> None:
        async def fails(client: Client) -> None:
            await client.get_workflow_handle("nothing").describe()

        direct, through = await self.both(gated, fails)
        assert isinstance(direct, RPCError)
        assert isinstance(through, RPCError)
        assert (through.status, through.message, through.raw_grpc_status) == (
            direct.status,
            direct.message,
            direct.raw_grpc_status,
        )


class TestEveryMethod:
    @staticmethod
    async def asked(there: Caller, namespace: str) -> dict[str, Answer]:
        """What every method of the service answers to a request for a namespace."""

        async def ask(method: str) -> Answer:
            return await there.say(request_of(method, namespace=namespace), timeout=5)

        methods = sorted(SERVICE.methods_by_name)
        return dict(zip(methods, await asyncio.gather(*map(ask, methods)), strict=True))

    async def test_none_reaches_another_namespace(self, own: Caller) -> None:
        answers = await self.asked(own, OTHER)
        assert len(answers) > 100
        assert {name for name, answer in answers.items() if not answer.refused} == {"GetSystemInfo"}
        assert {answer.words for answer in answers.values() if answer.refused} <= WORDS

    async def test_those_that_are_allowed_reach_the_own_one(self, own: Caller) -> None:
        answers = await self.asked(own, OWN)
        assert {name for name, answer in answers.items() if answer.words not in WORDS} == {*WITH_NAMESPACE, "GetSystemInfo"}
        for name in ("ListWorkflowExecutions", "DescribeNamespace", "GetSystemInfo"):
            assert answers[name].code is grpc.StatusCode.OK

    async def test_without_the_gate_every_one_of_them_reaches_another_namespace(self, in_clear: Caller) -> None:
        answers = {method: await in_clear.say(request_of(method, namespace=OTHER), timeout=5) for method in READING}
        assert {answer.code for answer in answers.values()} == {grpc.StatusCode.OK}

    async def test_the_rest_of_the_server_is_out_of_reach(self, own: Caller, in_clear: Caller) -> None:
        for where in OUT_OF_REACH:
            assert (await own.ask(where, b"")).words == Fault.METHOD.value
        assert (await in_clear.ask(OUT_OF_REACH[0], b"")).code is grpc.StatusCode.OK
        for where in WITHOUT:
            assert (await own.ask(where, b"")).code is grpc.StatusCode.OK


READING = ("ListWorkflowExecutions", "CountWorkflowExecutions", "DescribeNamespace")
OUT_OF_REACH = (
    "/temporal.api.operatorservice.v1.OperatorService/ListNexusEndpoints",
    "/temporal.server.api.adminservice.v1.AdminService/DescribeCluster",
    "/grpc.health.v1.Health/Watch",
    path("Invented"),
)


class TestAWorkersCommand:
    """What a worker asks for inside the answer to a task of its own."""

    @staticmethod
    async def answer(there: Caller, task: PollWorkflowTaskQueueResponse, command: Command) -> Answer:
        return await there.say(RespondWorkflowTaskCompletedRequest(namespace=OWN, task_token=task.task_token, commands=[command]))

    @pytest.mark.parametrize("kind", ["child", "signal"])
    async def test_that_leads_into_another_namespace_is_refused(
        self, gated: Gated, own: Caller, in_clear: Caller, kind: str
    ) -> None:
        target = await started(in_clear, OTHER)
        answered = await self.answer(own, await task_of(own, OWN), COMMANDS[kind](target))
        assert (answered.code, answered.words) == (grpc.StatusCode.PERMISSION_DENIED, Fault.NAMESPACE.value)

    @pytest.mark.parametrize("kind", ["child", "signal"])
    async def test_to_its_own_namespace_goes_through(self, own: Caller, kind: str) -> None:
        target = await started(own, OWN)
        command = COMMANDS[kind](target)
        for attributes in (
            command.start_child_workflow_execution_command_attributes,
            command.signal_external_workflow_execution_command_attributes,
        ):
            if attributes.namespace:
                attributes.namespace = OWN
        answered = await self.answer(own, await task_of(own, OWN), command)
        assert answered.code is grpc.StatusCode.OK, answered

    async def test_without_the_look_inside_it_would_have_reached_the_other(self, gated: Gated, in_clear: Caller) -> None:
        target = await started(in_clear, OTHER)
        async with gated.at(OWN, shallow) as careless:
            answered = await self.answer(careless, await task_of(careless, OWN), COMMANDS["signal"](target))
        assert answered.code is grpc.StatusCode.OK, answered
        assert await eventually_in_history(in_clear, OTHER, target, b"break-in")

    async def test_that_leads_there_by_an_endpoint_is_refused_and_without_the_look_inside_it_arrives(
        self, gated: Gated, own: Caller, in_clear: Caller
    ) -> None:
        endpoint = await opened_endpoint(in_clear)
        refused = await self.answer(own, await task_of(own, OWN), nexus(endpoint))
        assert (refused.code, refused.words) == (grpc.StatusCode.PERMISSION_DENIED, Fault.ELSEWHERE.value)
        async with gated.at(OWN, shallow) as careless:

            async def taken() -> bool:  # not every part of the server knows a new endpoint at once
                answered = await self.answer(careless, await task_of(careless, OWN), nexus(endpoint))
                return answered.code is grpc.StatusCode.OK

            await until(taken, seconds=PATIENCE)
        poll = request_of("PollNexusTaskQueue", namespace=OTHER, task_queue=TaskQueue(name=endpoint))
        assert b"break-in" in (await in_clear.say(poll)).body


class TestWhatTheServerHandedOut:
    async def test_a_task_of_another_agency_cannot_be_answered(self, own: Caller, in_clear: Caller) -> None:
        task = await task_of(in_clear, OTHER)
        done = RespondWorkflowTaskCompletedRequest(namespace=OWN, task_token=task.task_token)
        answered = await own.say(done)
        assert answered.code is grpc.StatusCode.INVALID_ARGUMENT, "the server itself compares the two"
        assert answered.words not in WORDS
        done.namespace = OTHER
        assert (await own.say(done)).refused
        assert (await in_clear.say(done)).code is grpc.StatusCode.OK, "it was still open"

    async def test_a_page_of_anothers_history_cannot_be_turned(self, own: Caller, in_clear: Caller) -> None:
        theirs, history = await started(in_clear, OTHER), "GetWorkflowExecutionHistory"
        first = request_of(
            history, namespace=OTHER, execution=WorkflowExecution(workflow_id=theirs), maximum_page_size=1, next_page_token=b""
        )
        page = GetWorkflowExecutionHistoryResponse.FromString((await in_clear.say(first)).body).next_page_token
        assert page
        for name in (theirs, await started(own, OWN)):
            turned = request_of(history, namespace=OWN, execution=WorkflowExecution(workflow_id=name), next_page_token=page)
            assert (await own.say(turned)).code is grpc.StatusCode.NOT_FOUND, "the server itself looks in the own namespace"


def new_id() -> str:
    return f"errand-{uuid4().hex}"


async def started(there: Caller, namespace: str) -> str:
    """A workflow with a task that nobody has taken."""
    name = new_id()
    request = request_of(
        "StartWorkflowExecution",
        namespace=namespace,
        workflow_id=name,
        workflow_type=WorkflowType(name="ByHand"),
        task_queue=TaskQueue(name=name),
        request_id=name,
    )
    assert (await there.say(request)).code is grpc.StatusCode.OK
    return name


async def task_of(there: Caller, namespace: str) -> PollWorkflowTaskQueueResponse:
    """The first task of a new workflow."""
    name = await started(there, namespace)
    answer = await there.say(request_of("PollWorkflowTaskQueue", namespace=namespace, task_queue=TaskQueue(name=name)))
    return PollWorkflowTaskQueueResponse.FromString(answer.body)


def child(_: str) -> Command:
    return Command(
        command_type=CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
        start_child_workflow_execution_command_attributes=StartChildWorkflowExecutionCommandAttributes(
            namespace=OTHER, workflow_id=new_id(), workflow_type=WorkflowType(name="ByHand"), task_queue=TaskQueue(name="any")
        ),
    )


def signal(target: str) -> Command:
    return Command(
        command_type=CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
        signal_external_workflow_execution_command_attributes=SignalExternalWorkflowExecutionCommandAttributes(
            namespace=OTHER, execution=WorkflowExecution(workflow_id=target), signal_name="break-in"
        ),
    )


COMMANDS: dict[str, Callable[[str], Command]] = {"child": child, "signal": signal}


def nexus(endpoint: str) -> Command:
    return Command(
        command_type=CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION,
        schedule_nexus_operation_command_attributes=ScheduleNexusOperationCommandAttributes(
            endpoint=endpoint, service="any", operation="break-in"
        ),
    )


async def opened_endpoint(there: Caller) -> str:
    """A Nexus endpoint that leads into the other namespace, to a queue of its name, as whoever runs the server may open one."""
    name = f"to-{OTHER}-{uuid4().hex}"
    target = EndpointTarget(worker=EndpointTarget.Worker(namespace=OTHER, task_queue=name))
    request = CreateNexusEndpointRequest(spec=EndpointSpec(name=name, target=target))
    where = "/temporal.api.operatorservice.v1.OperatorService/CreateNexusEndpoint"
    assert (await there.ask(where, request.SerializeToString())).code is grpc.StatusCode.OK
    return name


async def eventually_in_history(there: Caller, namespace: str, name: str, what: bytes) -> bool:
    """Whether something comes to stand in a workflow's history."""
    request = request_of("GetWorkflowExecutionHistory", namespace=namespace, execution=WorkflowExecution(workflow_id=name))
    for _ in range(100):
        if what in (await there.say(request)).body:
            return True
        await asyncio.sleep(0.1)
    return False


class TestWhoComesIn:
    @pytest.mark.parametrize("fault", ["strange", "expired"])
    async def test_not_with_a_certificate_that_is_not_believed(self, gated: Gated, fault: str) -> None:
        async with gated.gate() as address:
            with pytest.raises(TemporalUnreachable, match="Or TLS with it failed"):
                await connect_plainly(address, getattr(gated.certified, fault)(OWN))

    async def test_not_without_one_or_in_clear(self, gated: Gated) -> None:
        nobody = gated.certified.of("nobody")
        async with gated.gate() as address:
            for shown in (nobody, None):
                async with caller(address, shown) as there:
                    answer = await there.say(request_of("ListWorkflowExecutions", namespace=OWN), timeout=5)
                    assert answer.code is grpc.StatusCode.UNAVAILABLE, answer

    @pytest.mark.parametrize("slug", ["system.client", "temporal.server", "gate.server"])
    async def test_not_with_one_of_no_agency(self, gated: Gated, slug: str) -> None:
        async with gated.at(slug) as there:
            for request in (request_of("GetSystemInfo"), request_of("ListWorkflowExecutions", namespace=OWN)):
                assert (await there.say(request)).words == Fault.NOBODY.value

    async def test_not_an_agency_that_takes_part_no_more(self, gated: Gated, directory: Directory) -> None:
        fewer = Directory(agencies=tuple(agency for agency in directory.agencies if agency.slug != OWN))
        async with gated.gate(directory=fewer) as address:
            for slug, code in ((OWN, grpc.StatusCode.PERMISSION_DENIED), (OTHER, grpc.StatusCode.OK)):
                async with caller(address, gated.certified.of(slug)) as there:
                    assert (await there.say(request_of("ListWorkflowExecutions", namespace=slug))).code is code

    async def test_a_gate_of_another_authority_is_not_believed(self, gated: Gated) -> None:
        own = gated.certified.of(OWN)._replace(ca=gated.certified.other_authority)
        async with gated.gate() as address:
            with pytest.raises(TemporalUnreachable, match="Or TLS with it failed"):
                await connect_plainly(address, own)


async def test_what_is_refused_is_logged_with_names_only(own: Caller) -> None:
    with capture_logs() as logged:
        await own.say(request_of("ListWorkflowExecutions", namespace=OTHER, query="KetenCase = 'k0'"))
        await own.ask("/a/Mark", b"mark")
    first, second = logged
    assert (first["event"], first["agency"], first["method"], first["code"]) == (
        "gate_refused",
        OWN,
        "ListWorkflowExecutions",
        "namespace",
    )
    assert (second["method"], second["code"]) == ("unknown", "method")
    assert {key for line in logged for key in line} - {"log_level"} <= ALLOWED
    assert "k0" not in str(logged)
    assert OTHER not in str(logged)


async def test_a_gate_and_a_temporal_that_die_are_come_back_to(
    tmp_path_factory: pytest.TempPathFactory, certified: Certified, directory: Directory
) -> None:
    folder = tmp_path_factory.mktemp("mortal")
    with dev_server(folder) as temporal:
        gated = Gated(temporal, certified, directory)
        await answering(temporal)
        async with gated.gate() as address:
            client: Any = await gated.client(address)  # its updates are only partly typed
            worker = asyncio.create_task(working(client).run())
            handle = await client.start_workflow(Errand.run, id=new_id(), task_queue="errands")
            assert await handle.query(Errand.said) == ""
    async with gated.gate(listen=address), caller(address, certified.of(OWN)) as there:
        answer = await there.say(request_of("ListWorkflowExecutions", namespace=OWN))
        assert (answer.code, answer.words) == (grpc.StatusCode.UNAVAILABLE, AWAY)
        with dev_server(folder, int(temporal.rpartition(":")[2])):
            await answering(temporal)
            assert await handle.execute_update(Errand.say, "bread") == "bread it is"
            assert await handle.result() == "bread fetched"
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
