"""What Temporal stores of a case: readable with the case's key, in the place for which it was written, and nowhere else."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError
from temporalio.converter import ActivitySerializationContext, PayloadCodec, WorkflowSerializationContext
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from contracts.agencies import Directory
from contracts.reference import new_reference
from runtime.keys.case_keys import CaseErased, CaseKeyMissing, CaseKeys
from runtime.keys.files import Keys
from runtime.keys.wrapping import KeyFiles
from runtime.migrations import Tables, upgrade
from runtime.servers.process import binary
from runtime.temporal import codec as codec_module
from runtime.temporal.client import plugin
from runtime.temporal.codec import COMPRESSED, DEFLATE, LARGEST, CaseCodec, Unreadable
from tests.runtime.failing import Failing, break_off

CASE = new_reference()
MARK = "zzmark-codec-zz"
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=MARK.encode())


@pytest.fixture
def keys(tmp_path: Path, directory: Directory) -> CaseKeys:
    files = Keys(tmp_path / "keys")
    files.create(directory)
    url = f"sqlite:///{tmp_path}/case-keys.db"
    upgrade(url, Tables.CASE_KEYS)
    return CaseKeys(url, KeyFiles(files, "almere"))


@pytest.fixture
def codec(keys: CaseKeys) -> CaseCodec:
    return CaseCodec(keys)


def at(codec: CaseCodec, workflow: str = f"case-{CASE}", namespace: str = "almere") -> CaseCodec:
    return codec.with_context(WorkflowSerializationContext(namespace=namespace, workflow_id=workflow))


def in_activity(codec: CaseCodec, workflow: str | None) -> CaseCodec:
    context = ActivitySerializationContext(
        namespace="almere",
        activity_id="1",
        activity_type="post",
        activity_task_queue="almere",
        workflow_id=workflow,
        workflow_type="Case",
        is_local=True,
    )
    return codec.with_context(context)


async def test_what_was_encrypted_is_read_in_its_own_place(codec: CaseCodec) -> None:
    [text] = await at(codec).encode([CLEAR])
    assert MARK.encode() not in text.SerializeToString()
    assert await at(codec).decode([text]) == [CLEAR]
    assert await in_activity(codec, f"case-{CASE}").decode([text]) == [CLEAR]
    assert await at(codec).encode([CLEAR]) != [text], "a nonce is never used twice"
    assert await at(codec).encode([]) == await at(codec).decode([]) == []


@pytest.mark.parametrize("place", [(f"report-{CASE}", "almere"), (f"case-{CASE}", "urk")])
async def test_what_was_copied_elsewhere_is_not_read(codec: CaseCodec, place: tuple[str, str]) -> None:
    encrypted = await at(codec).encode([CLEAR])
    with pytest.raises(Unreadable, match="written for another workflow"):
        await at(codec, *place).decode(encrypted)


async def test_without_the_binding_it_would_be_read(keys: CaseKeys) -> None:
    encrypted = await at(Unbound(keys)).encode([CLEAR])
    assert await at(Unbound(keys), f"report-{CASE}").decode(encrypted) == [CLEAR]


class Unbound(CaseCodec):
    def _associated(self, *_: bytes) -> bytes:
        return b""


async def test_another_case_has_another_key(codec: CaseCodec) -> None:
    encrypted, other = await at(codec).encode([CLEAR]), f"case-{new_reference()}"
    with pytest.raises(CaseKeyMissing):
        await at(codec, other).decode(encrypted)
    await at(codec, other).encode([CLEAR])
    with pytest.raises(Unreadable):
        await at(codec, other).decode(encrypted)


@pytest.mark.parametrize("byte", [0, 12, -1])
async def test_what_was_altered_is_not_read(codec: CaseCodec, byte: int) -> None:
    [encrypted] = await at(codec).encode([CLEAR])
    data = bytearray(encrypted.data)
    data[byte] ^= 1
    encrypted.data = bytes(data)
    with pytest.raises(Unreadable, match="altered"):
        await at(codec).decode([encrypted])


async def test_what_says_the_same_again_and_again_is_stored_smaller(codec: CaseCodec) -> None:
    clear = Payload(metadata={"encoding": b"json/plain"}, data=MARK.encode() * 200)
    [text] = await at(codec).encode([clear])
    assert text.metadata[COMPRESSED] == DEFLATE
    assert len(text.data) < len(clear.data) / 10
    assert await at(codec).decode([text]) == [clear]


async def test_what_does_not_get_smaller_is_stored_as_versions_before_did(codec: CaseCodec) -> None:
    noise = Payload(metadata={"encoding": b"binary/plain"}, data=os.urandom(500))
    [text] = await at(codec).encode([noise])
    assert set(text.metadata) == {"encoding", "cipher", "workflow"}
    assert await at(codec).decode([text]) == [noise]


@pytest.mark.parametrize("length", [10, 10_000], ids=["as it is", "made smaller"])
@pytest.mark.parametrize("marker", [None, DEFLATE, b"gzip"])
async def test_how_it_was_made_smaller_is_bound_to_it(codec: CaseCodec, length: int, marker: bytes | None) -> None:
    [text] = await at(codec).encode([Payload(data=os.urandom(10) if length == 10 else b"a" * length)])
    was = text.metadata.get(COMPRESSED)
    text.metadata.pop(COMPRESSED, None)
    if marker:
        text.metadata[COMPRESSED] = marker
    if marker == was:
        assert await at(codec).decode([text])
    else:
        with pytest.raises(Unreadable):
            await at(codec).decode([text])


async def test_what_would_swell_beyond_measure_is_neither_written_nor_read(
    codec: CaseCodec, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = Payload(data=bytes(LARGEST + 1))
    [text] = await at(codec).encode([large])
    assert COMPRESSED not in text.metadata
    assert len(text.data) > LARGEST, "the server refuses it"
    monkeypatch.setattr(codec_module, "LARGEST", LARGEST * 2)
    [swelling] = await at(codec).encode([large])
    monkeypatch.undo()
    with pytest.raises(Unreadable, match="more than 2 MB in clear"):
        await at(codec).decode([swelling])


async def test_what_was_never_encrypted_is_not_taken(codec: CaseCodec) -> None:
    await at(codec).encode([CLEAR])
    with pytest.raises(Unreadable, match="did not encrypt"):
        await at(codec).decode([CLEAR])


async def test_without_a_case_nothing_is_encrypted(codec: CaseCodec) -> None:
    for placeless in (codec, in_activity(codec, None)):
        with pytest.raises(Unreadable, match="no workflow"):
            await placeless.encode([CLEAR])


async def test_an_erased_case_is_neither_read_nor_written(keys: CaseKeys, codec: CaseCodec) -> None:
    encrypted = await at(codec).encode([CLEAR])
    await keys.forget(CASE)
    with pytest.raises(CaseErased):
        await at(codec).decode(encrypted)
    with pytest.raises(CaseErased):
        await at(codec).encode([CLEAR])


async def _failed(client: Client) -> str:
    """A workflow with the mark in what enters, in a summary, in what a query answers, and in why it failed."""
    workflow = f"case-{CASE}"
    async with Worker(client, task_queue="failing", workflows=[Failing], activities=[break_off]):
        handle = await client.start_workflow(Failing.run, MARK, id=workflow, task_queue="failing", static_summary=MARK)
        with pytest.raises(WorkflowFailureError) as caught:
            await handle.result()
        assert MARK in str(caught.value.cause.__cause__), "with the key the reason can be read"
        assert await handle.query(Failing.seen) == MARK
        assert await (await handle.describe()).static_summary() == MARK
    return (await handle.fetch_history()).to_json()


async def test_no_byte_of_the_servers_database_shows_what_enters_or_why_it_failed(tmp_path: Path, codec: CaseCodec) -> None:
    async with _server(tmp_path / "encrypted.db", codec) as client:
        history = await _failed(client)
    assert MARK not in history
    assert CASE.encode() in _bytes(tmp_path, "encrypted.db")
    assert MARK.encode() not in _bytes(tmp_path, "encrypted.db")
    await _replay(history, codec)
    with pytest.raises(RuntimeError, match="CaseKeyMissing"):
        await _replay(history.replace(CASE, new_reference()), codec)


async def test_without_the_codec_the_bytes_show_it(tmp_path: Path) -> None:
    async with _server(tmp_path / "clear.db", None) as client:
        assert MARK in await _failed(client)
    assert MARK.encode() in _bytes(tmp_path, "clear.db")


async def _replay(history: str, codec: PayloadCodec) -> None:
    from temporalio.client import WorkflowHistory  # noqa: PLC0415 - beside its only use

    workflow = next(word for word in history.split('"') if word.startswith("case-k"))
    await Replayer(workflows=[Failing], namespace="default", plugins=[plugin(codec)]).replay_workflow(
        WorkflowHistory.from_json(workflow, history)
    )


@asynccontextmanager
async def _server(database: Path, codec: PayloadCodec | None) -> AsyncGenerator[Client]:
    environment: Any = WorkflowEnvironment  # its start is only partly typed
    start: Callable[..., Awaitable[WorkflowEnvironment]] = environment.start_local
    arguments = {"dev_server_existing_path": str(binary("temporal")), "dev_server_database_filename": str(database)}
    async with await start(plugins=[plugin(codec)], **arguments) as server:
        yield server.client


def _bytes(folder: Path, name: str) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob(f"{name}*"))
