"""What Temporal stores is encrypted: AES-256-GCM, with the key of the case that the workflow is about."""

import os
from collections.abc import Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from contracts.event import OUTLIVING
from runtime.keys.case_keys import CaseKeys
from runtime.keys.wrapping import NONCE

ENCODING = b"binary/encrypted"
CIPHER = b"AES-256-GCM"
OUTLIVES = "r"
"""With what a key's name begins that is not of a case but of what is kept about keeping it; references begin with a k."""


class Unreadable(ValueError):  # noqa: N818 - named as what is the case
    """A payload that is not what this workflow wrote or was sent."""


def case_of(workflow: str) -> str:
    """The case that a workflow is about: the reference at the end of its id."""
    return workflow.rpartition("-")[2]


def key_of(workflow: str) -> str:
    """The name of the key of a workflow: of its case, or the one that outlives it for what is kept about erasing the case."""
    system, _, reference = workflow.rpartition("-")
    return f"{OUTLIVES}{reference[1:]}" if system in OUTLIVING else reference


class CaseCodec(PayloadCodec, WithSerializationContext):
    """Encrypts for the workflow at hand. What was copied from another workflow, altered, or never encrypted is not read.

    Args:
        keys: The keys of one agency's cases.
        place: Namespace and id of the workflow; the library gives it with every payload.
    """

    def __init__(self, keys: CaseKeys, place: tuple[str, str] | None = None) -> None:
        self._keys = keys
        self._place = place

    def with_context(self, context: SerializationContext) -> Self:
        """The codec for one workflow, or for an activity of one."""
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext) and context.workflow_id:
            return type(self)(self._keys, (context.namespace, context.workflow_id))
        return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt.

        Raises:
            CaseErased: The key of this case was destroyed.
            Unreadable: It is not known for which workflow.
        """
        if not payloads:
            return []
        case = self._case
        cipher = AESGCM(await self._keys.make_or_get(case, also=f"{OUTLIVES}{case[1:]}"))
        return [self._encrypted(cipher, payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt.

        Raises:
            CaseErased: The key of this case was destroyed.
            Unreadable: It was not written for this workflow.
        """
        if not payloads:
            return []
        if any(payload.metadata.get("encoding") != ENCODING for payload in payloads):
            raise Unreadable("a payload that Keten did not encrypt: write to a workflow with `keten`, not with other tools")
        cipher = AESGCM(await self._keys.get(self._case))
        return [self._decrypted(cipher, payload) for payload in payloads]

    @property
    def _case(self) -> str:
        return key_of(self._bound_to[1])

    @property
    def _bound_to(self) -> tuple[str, str]:
        if self._place is None:
            raise Unreadable("a payload of no workflow: there is no case whose key could encrypt it")
        return self._place

    @property
    def _associated(self) -> bytes:
        return "\0".join(("keten", *self._bound_to)).encode()

    def _encrypted(self, cipher: AESGCM, payload: Payload) -> Payload:
        nonce = os.urandom(NONCE)
        text = cipher.encrypt(nonce, payload.SerializeToString(), self._associated)
        metadata = {"encoding": ENCODING, "cipher": CIPHER, "workflow": self._bound_to[1].encode()}
        return Payload(metadata=metadata, data=nonce + text)

    def _decrypted(self, cipher: AESGCM, payload: Payload) -> Payload:
        try:
            clear = cipher.decrypt(payload.data[:NONCE], payload.data[NONCE:], self._associated)
        except (InvalidTag, ValueError):  # a nonce that is cut off is a ValueError
            raise Unreadable("a payload that was altered, or written for another workflow") from None
        return Payload.FromString(clear)
