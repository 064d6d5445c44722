"""What Temporal stores is encrypted: AES-256-GCM, with the key of the case that the workflow is about; made smaller before."""

import os
import zlib
from collections.abc import Mapping, Sequence
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
from runtime.keys.names import outliving
from runtime.keys.wrapping import NONCE

ENCODING = b"binary/encrypted"
CIPHER = b"AES-256-GCM"
COMPRESSED = "compressed"
DEFLATE = b"deflate"
"""As in RFC 9110, 8.4.1.2. It is bound to the payload like its place: without it, or with it elsewhere, nothing is read."""
LARGEST = 2 * 1024 * 1024
"""Bytes in clear of what is made smaller. What is larger stays as it is, so that the server refuses it, as it does by default."""


class Unreadable(ValueError):  # noqa: N818 - named as what is the case
    """A payload that is not what this workflow wrote or was sent."""


def case_of(workflow: str) -> str:
    """The case that a workflow is about: the reference at the end of its id."""
    return workflow.rpartition("-")[2]


def key_of(workflow: str) -> str:
    """The name of the key of a workflow: of its case, or the one that outlives it for what is kept about erasing the case."""
    system, _, reference = workflow.rpartition("-")
    return outliving(reference) if system in OUTLIVING else reference


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
        cipher = AESGCM(await self._keys.make_or_get(self._case))
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

    def _associated(self, *how: bytes) -> bytes:
        return b"\0".join((b"keten", *(part.encode() for part in self._bound_to), *how))

    def _encrypted(self, cipher: AESGCM, payload: Payload) -> Payload:
        clear, nonce = payload.SerializeToString(), os.urandom(NONCE)
        metadata = {"encoding": ENCODING, "cipher": CIPHER, "workflow": self._bound_to[1].encode()}
        smaller = zlib.compress(clear)
        if len(smaller) < len(clear) <= LARGEST:
            clear = smaller
            metadata[COMPRESSED] = DEFLATE
        text = cipher.encrypt(nonce, clear, self._associated(*_how(metadata)))
        return Payload(metadata=metadata, data=nonce + text)

    def _decrypted(self, cipher: AESGCM, payload: Payload) -> Payload:
        how = _how(payload.metadata)
        try:
            clear = cipher.decrypt(payload.data[:NONCE], payload.data[NONCE:], self._associated(*how))
        except (InvalidTag, ValueError):  # a nonce that is cut off is a ValueError
            raise Unreadable("a payload that was altered, or written for another workflow") from None
        return Payload.FromString(_inflated(clear) if how else clear)


def _how(metadata: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """What a payload says of how it was made smaller, which is bound to it; nothing where it was not."""
    return (metadata[COMPRESSED],) if COMPRESSED in metadata else ()


def _inflated(smaller: bytes) -> bytes:
    inflating = zlib.decompressobj()
    clear = inflating.decompress(smaller, LARGEST)
    if not inflating.eof:
        raise Unreadable(f"a payload of more than {LARGEST // 1024 // 1024} MB in clear, which Keten does not make smaller")
    return clear
