"""Reading payloads; what cannot be read is told apart in its place, so that people see the rest."""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from contracts.reference import ALPHABET
from runtime.keys.case_keys import CaseErased, CaseKeyMissing
from runtime.keys.wrapping import WrappedAltered
from runtime.private_files import KeyUnavailable
from runtime.temporal.codec import ENCODING, CaseCodec, Unreadable, case_of

REFERENCE = re.compile(rf"k[{ALPHABET}]{{24}}")
INSTEAD: dict[type[Exception], str] = {
    CaseErased: "erased: the key of this case was destroyed",
    CaseKeyMissing: "key_missing: no key of this case is here",
    Unreadable: "unreadable: this was altered, or written for another workflow",
    WrappedAltered: "key_altered: the key of this case was altered",
    KeyUnavailable: "unavailable: the agency's key cannot be used now; its key file or key service says why",
    SQLAlchemyError: "unavailable: the keys of cases cannot be read now",
}
"""What stands in the place of what cannot be read."""
NO_WORKFLOW = "unreadable: this does not say for which workflow it was written"


def cases_in(payloads: Sequence[Payload]) -> Counter[str]:
    """The cases whose keys would be used for these payloads, and for how many."""
    return Counter(case for payload in payloads if _encrypted(payload) and (case := _case(_workflow(payload))))


class Reader:
    """Decrypts with the keys of agencies.

    Args:
        codec: The codec of an agency, by its slug.
    """

    def __init__(self, codec: Callable[[str], CaseCodec]) -> None:
        self._codec = codec

    async def read(self, namespace: str, payloads: Sequence[Payload]) -> list[Payload]:
        """As many payloads, in the same order: in clear, or a word on why not. What was never encrypted stays as it is."""
        codec = self._codec(namespace)
        return [await self._read(codec, namespace, payload) if _encrypted(payload) else payload for payload in payloads]

    async def _read(self, codec: CaseCodec, namespace: str, payload: Payload) -> Payload:
        workflow = _workflow(payload)
        if not _case(workflow):
            return _words(NO_WORKFLOW)
        try:
            [clear] = await codec.with_context(WorkflowSerializationContext(namespace, workflow)).decode([payload])
        except tuple(INSTEAD) as error:
            return _words(next(words for kind, words in INSTEAD.items() if isinstance(error, kind)))
        return clear


def _encrypted(payload: Payload) -> bool:
    return payload.metadata.get("encoding") == ENCODING


def _workflow(payload: Payload) -> str:
    """The workflow that a payload names. If that is a lie, the payload cannot be decrypted."""
    return payload.metadata.get("workflow", b"").decode(errors="replace")


def _case(workflow: str) -> str:
    """The case whose key would be used; empty if there can be none."""
    case = case_of(workflow)
    return case if REFERENCE.fullmatch(case) else ""


def _words(words: str) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(words).encode())
