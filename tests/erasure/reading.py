"""What can be read of cases by whoever has servers and keys: marks, and where they stand."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.util import urlsafe_b64decode
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from console.files import Found
from console.installation import Installation
from contracts.agencies import Agency
from contracts.envelope import CloudEvent
from contracts.events.erasures import ErasureCompleted
from runtime.bus.connection import connect
from runtime.bus.seal import SEALED, SIGNATURES
from runtime.drafts.drafts import Drafts
from runtime.drafts.sealing import Place, unseal
from runtime.keys.case_keys import CaseErased
from runtime.keys.files import Role
from runtime.temporal.codec import ENCODING
from tests.bus_server import taken_out
from tests.closed_cases import DESK
from tests.histories import history, payloads_in
from tests.installed import Here

MARK = re.compile(rb"zzmark-\d+-zz")


class Histories(NamedTuple):
    """What the histories of all agencies say.

    Attributes:
        marks: Where each mark was read, as ``agency/workflow``.
        unreadable: Workflows of which nothing could be read, because the key is gone, as ``agency/workflow``.
    """

    marks: dict[str, set[str]]
    unreadable: set[str]


def marks_in(raw: bytes) -> set[str]:
    """The marks that stand in some bytes."""
    return {mark.decode() for mark in MARK.findall(raw)}


async def histories(installation: Installation) -> Histories:
    """Decode every history of every agency with the keys that the installation has."""
    marks: defaultdict[str, set[str]] = defaultdict(set)
    unreadable: set[str] = set()
    for agency in installation.directory.agencies:
        async for workflow, payloads in _payloads(installation, agency):
            context = WorkflowSerializationContext(namespace=agency.namespace, workflow_id=workflow)
            try:
                clear = await installation.codec(agency.slug).with_context(context).decode(payloads)
            except CaseErased:
                unreadable.add(f"{agency.slug}/{workflow}")
                continue
            for mark in marks_in(b"".join(payload.data for payload in clear)):
                marks[mark].add(f"{agency.slug}/{workflow}")
    return Histories(dict(marks), unreadable)


async def _payloads(installation: Installation, agency: Agency) -> AsyncGenerator[tuple[str, list[Payload]]]:
    client = await installation.client(agency)
    async for run in client.list_workflows():
        found: list[Payload] = []
        async for event in client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events():
            found += [payload for payload in payloads_in(event) if payload.metadata["encoding"] == ENCODING]
        yield run.id, found


async def inbox(installation: Installation) -> list[bytes]:
    """What waits for the desk; taken out of its inbox, as its worker would."""
    count, bodies = await Here(installation).waiting(DESK), list[bytes]()
    client = await connect(installation.nats_url, installation.keys.seed(DESK, Role.WORKER))
    try:
        bodies += [message.data for message in await taken_out(client, count)]
    finally:
        await client.close()
    return bodies


async def dead_letters(installation: Installation) -> list[bytes]:
    """The desk's dead letters, as they lie there."""
    async with await installation.dead_letters(installation.directory.get(DESK)) as letters:
        return [letter.body for letter in await letters.list()]


async def half_done(installation: Installation, places: Iterable[Place]) -> tuple[set[str], int]:
    """The marks in half-done forms that can be read with the keys that the installation has, and how many forms cannot."""
    marks: set[str] = set()
    unreadable = 0
    for place in places:
        found = await Drafts(installation.settings.console).find(place)
        if found is None:
            continue
        try:
            typed = await unseal(installation.case_keys(place.agency), place, found.sealed)
        except CaseErased:
            unreadable += 1
        else:
            marks |= marks_in(str(typed.pairs).encode())
    return marks, unreadable


def opened_with_any(keys: Path, bodies: list[bytes]) -> dict[str, int]:
    """How often each mark can be read in sealed messages by whoever tries every private key in a folder, whatever its name."""
    found: defaultdict[str, int] = defaultdict(int)
    private = list(_private_keys(keys))
    for body in bodies:
        for mark in _opened(body, private):
            found[mark] += 1
    return dict(found)


def _opened(body: bytes, keys: list[OKPKey]) -> set[str]:
    data = str(json.loads(body)["data"])
    for key in keys:
        with suppress(JoseError, ValueError):
            text = jwe.decrypt_compact(data, key, algorithms=list(SEALED)).plaintext or b""
            _, inside, _ = text.split(b".")
            return marks_in(urlsafe_b64decode(inside))
    return set()


def _private_keys(folder: Path) -> Iterator[OKPKey]:
    for path in sorted(folder.glob("*.events.jwks")):
        for key in json.loads(path.read_text())["keys"]:
            if key["use"] == "enc":
                yield OKPKey.import_key({name: key[name] for name in ("kty", "crv", "x", "d")})


class Receipt(NamedTuple):
    """What an agency has signed about an erasure."""

    sender: str
    caseref: str
    event: ErasureCompleted


async def receipts(here: Here, file: Found) -> AsyncGenerator[Receipt]:
    """The receipts that a file has kept, each verified with the key that its sender has published."""
    async for event in history(here, file):
        request = event.workflow_execution_update_accepted_event_attributes.accepted_request
        if request.input.name == ErasureCompleted.__name__:
            received: dict[str, Any] = json.loads(request.input.args.payloads[0].data)
            sender = received["sender"]["slug"]
            message = CloudEvent.model_validate_json(_verified(here, received["proof"], sender))
            yield Receipt(sender, message.caseref, cast(ErasureCompleted, message.event()))


def _verified(here: Here, proof: str, sender: str) -> bytes:
    """Whatever the time of the key: a receipt is kept for longer than a key is used."""
    published = json.loads((here.installation.settings.public_keys / f"{sender}.jwks.json").read_text())["keys"]
    kid = json.loads(urlsafe_b64decode(proof.partition(".")[0].encode()))["kid"]
    [key] = [OKPKey.import_key({name: key[name] for name in ("kty", "crv", "x")}) for key in published if key["kid"] == kid]
    return jws.deserialize_compact(proof, key, registry=SIGNATURES).payload
