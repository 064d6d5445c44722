"""The embedded Temporal lets everybody into every namespace: what an agency finds at another, and that it can read none of it."""

import asyncio
import json
from itertools import product
from typing import NamedTuple

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.common.v1 import WorkflowExecution as WorkflowExecutionName
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.workflowservice.v1 import QueryWorkflowRequest
from temporalio.client import Client, WorkflowExecution
from temporalio.converter import WorkflowSerializationContext

from runtime.keys.case_keys import CaseErased, CaseKeyMissing
from runtime.servers.provision import SEARCH_ATTRIBUTES
from runtime.temporal.codec import ENCODING, CaseCodec, Unreadable
from tests.e2e.canaries.left import Marked
from tests.e2e.canaries.marks import MARKED, found_in, marks
from tests.histories import payloads_in
from tests.installed import Keten


class Everything(NamedTuple):
    """What somebody without any key finds in all namespaces about the marked cases."""

    listed: dict[str, list[WorkflowExecution]]
    payloads: dict[tuple[str, str], list[Payload]]
    """By namespace and workflow."""

    @property
    def encrypted(self) -> dict[tuple[str, str], list[Payload]]:
        return {where: [one for one in found if one.metadata["encoding"] == ENCODING] for where, found in self.payloads.items()}

    @property
    def clear(self) -> list[Payload]:
        return [one for found in self.payloads.values() for one in found if one.metadata["encoding"] != ENCODING]


@pytest.fixture(scope="module")
def everything(keten: Keten, marked: Marked) -> Everything:
    return asyncio.run(_look(keten, marked))


async def _look(keten: Keten, marked: Marked) -> Everything:
    address = keten.here.installation.temporal_address
    listed: dict[str, list[WorkflowExecution]] = {}
    payloads: dict[tuple[str, str], list[Payload]] = {}
    for agency in keten.here.installation.directory.agencies:
        client = await Client.connect(address, namespace=agency.namespace)
        runs = [run async for run in client.list_workflows("KetenCase IS NOT NULL")]
        listed[agency.namespace] = [run for run in runs if run.id.rpartition("-")[2] in marked.references]
        for run in listed[agency.namespace]:
            events = client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events()
            found = [payload async for event in events for payload in payloads_in(event)]
            payloads.setdefault((agency.namespace, run.id), []).extend(found)
    return Everything(listed, payloads)


def test_everybody_can_list_every_agencys_workflows(everything: Everything) -> None:
    """What docs/security.md says of an installation without a gate before Temporal."""
    assert {namespace for namespace, runs in everything.listed.items() if runs} >= {
        "police-midden-nederland",
        "signal-desk",
        "coordinator-almere",
        "riec-midden-nederland",
        "lelystad",
        "womens-shelter",
        "comensha",
    }


def test_and_sees_pseudonyms_kinds_phases_and_times_of_them_and_nothing_else(everything: Everything) -> None:
    for run in [run for runs in everything.listed.values() for run in runs]:
        assert set(run.raw_info.search_attributes.indexed_fields) <= {*SEARCH_ATTRIBUTES, *OF_TEMPORAL}
        assert not found_in(str(run.raw_info))
        memo = [payload.metadata["encoding"] for payload in run.raw_info.memo.fields.values()]
        assert set(memo) <= {ENCODING}
        shown = {field.name for field, _ in run.raw_info.ListFields()}
        assert shown <= SHOWN, "docs/security.md lists what is readable: say it there, or hide it"


OF_TEMPORAL = ("BuildIds", "TemporalReportedProblems", "TemporalChangeVersion")
SHOWN = {
    "execution",
    "type",
    "start_time",
    "close_time",
    "execution_time",
    "execution_duration",
    "status",
    "history_length",
    "history_size_bytes",
    "state_transition_count",
    "task_queue",
    "memo",
    "search_attributes",
    "most_recent_worker_version_stamp",
    "root_execution",
    "first_run_id",
    "user_metadata",
    "auto_reset_points",
}
"""Fields of a listed workflow; its memo is empty or encrypted."""


LOCAL_ACTIVITY = {
    "seq",
    "activation_index",
    "attempt",
    "activity_id",
    "activity_type",
    "complete_time",
    "backoff",
    "original_schedule_time",
}
"""What the library itself notes of a local activity, without asking the codec."""


CHANGE = {"id", "deprecated"}
"""What it notes of a change of the workflow's code that a file knows: words of ours, about no case."""


def test_every_payload_is_encrypted_but_search_attributes_and_the_librarys_notes(everything: Everything) -> None:
    kinds = {b"Keyword", b"KeywordList", b"Datetime", b"Bool", b"Int"}
    attributes = [one for one in everything.clear if one.metadata.get("type") in kinds]
    notes = [json.loads(one.data) for one in everything.clear if one not in attributes]
    assert attributes
    assert {name for note in notes for name in note} <= LOCAL_ACTIVITY | CHANGE
    assert not found_in(b" ".join(one.data for one in everything.clear))


async def test_no_agency_decodes_a_payload_of_another(keten: Keten, everything: Everything) -> None:
    """With its own keys, at the place where the payload lies, and as if it lay in a workflow of its own about the same case."""
    here = keten.here.installation
    agencies = here.directory.agencies
    tried, decoded = 0, 0
    for agency, (namespace, workflow) in product(agencies, everything.encrypted):
        if namespace != agency.namespace:
            codec = here.codec(agency.slug)
            payloads = everything.encrypted[namespace, workflow]
            for place in (namespace, agency.namespace):
                tried += len(payloads)
                decoded += await _decodes(_at(codec, place, workflow), payloads)
    found = sum(map(len, everything.encrypted.values()))
    assert decoded == 0, f"{decoded} of {tried} attempts of {len(agencies)} agencies on {found} payloads decoded one"
    assert tried > 10_000, f"{tried} attempts on {found} payloads"


async def test_with_the_owners_key_each_of_them_decodes_and_every_mark_is_there(keten: Keten, everything: Everything) -> None:
    here, clear = keten.here.installation, list[Payload]()
    for (namespace, workflow), payloads in everything.encrypted.items():
        codec = _at(here.codec(namespace), namespace, workflow)
        assert await _decodes(codec, payloads) == len(payloads)
        clear += await codec.decode(payloads)
    assert found_in(b"".join(payload.data for payload in clear)) >= marks(*MARKED)


async def test_who_asks_anothers_worker_gets_an_answer_that_it_cannot_decode(keten: Keten, marked: Marked) -> None:
    file, here = marked.file("coordinator-almere", "case"), keten.here.installation
    client = await Client.connect(here.temporal_address, namespace=file.agency.namespace)
    question = QueryWorkflowRequest(
        namespace=file.agency.namespace,
        execution=WorkflowExecutionName(workflow_id=file.handle.id),
        query=WorkflowQuery(query_type="view"),
    )
    answers = list((await client.workflow_service.query_workflow(question)).query_result.payloads)
    assert answers
    for agency in here.directory.agencies:
        own = agency == file.agency
        assert await _decodes(_at(here.codec(agency.slug), file.agency.namespace, file.handle.id), answers) == len(answers) * own


def _at(codec: CaseCodec, namespace: str, workflow: str) -> CaseCodec:
    return codec.with_context(WorkflowSerializationContext(namespace=namespace, workflow_id=workflow))


async def _decodes(codec: CaseCodec, payloads: list[Payload]) -> int:
    """How many of the payloads of one workflow are decoded; who has no key of its case, decodes none."""
    decoded = 0
    for payload in payloads:
        try:
            await codec.decode([payload])
        except (CaseKeyMissing, CaseErased):
            return 0
        except Unreadable:
            continue
        decoded += 1
    return decoded
