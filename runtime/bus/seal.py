"""The seal on an event: signed by its sender, then encrypted to its recipient, so that the bus carries what it cannot read.

JWS (RFC 7515, Ed25519) inside JWE (RFC 7516, ECDH-ES with X25519, AES-256-GCM), both in compact form. What is signed is the
whole message, its attributes included, and for whom it is: nobody can change an attribute outside, or send a message on to
somebody else under its sender's signature.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, cast

from joserfc import jwe, jws
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter
from joserfc.util import urlsafe_b64decode

from contracts.agencies import Agency
from contracts.door import at_the_door
from contracts.envelope import CloudEvent, SealedEvent
from contracts.refusals import RefusalCode, Refused
from runtime.keys.event_keys import EventKeys, KeyExpired
from runtime.keys.files import KeyUnknown

SIGNED = "Ed25519"
SEALED = ("ECDH-ES", "A256GCM")
SIGNATURES = JWSRegistry({"for": HeaderParameter("slug of the recipient", "str", required=True)}, [SIGNED])
CLEAR = "content must be signed and sealed, so that nobody reads it on the way; docs/how-to/publish.md says how"
BROKEN = "what is in `data` was not sealed for this agency, or was altered on the way: seal it anew and send it again"
UNSIGNED = "the signature is not one of the sender's, or what it signs was altered: sign it with a key that the sender published"


class Opened(NamedTuple):
    """A message and the proof of who wrote it.

    Attributes:
        message: What was signed.
        proof: The signature with what it signs, a JWS in compact form.
        by: Slug of the agency that signed: the sender, or this agency itself where its operator corrected a dead letter.
    """

    message: CloudEvent
    proof: str
    by: str


class Seal:
    """Seals and opens for one agency."""

    def __init__(self, me: Agency, keys: EventKeys) -> None:
        self._me = me
        self._keys = keys

    def closed(self, message: CloudEvent, recipient: str) -> bytes:
        """A message as it travels to a recipient.

        Raises:
            Refused: Sealed it is larger than 64 KB.
            KeyUnavailable: A key is missing or its time has passed.
        """
        return SealedEvent.model_validate({**message.outside, "data": self.sealed(message.to_json(), recipient)}).to_json()

    def sealed(self, inside: bytes, recipient: str) -> str:
        """Any text, signed by this agency and encrypted to a recipient: what stands in ``data``."""
        signing, sealing = self._keys.to_sign(self._me.slug), self._keys.to_seal(recipient)
        signed = {"alg": SIGNED, "kid": signing.kid, "typ": "cloudevent", "for": recipient}
        text = jws.serialize_compact(signed, inside, signing, registry=SIGNATURES)
        sealed = {"alg": SEALED[0], "enc": SEALED[1], "kid": sealing.kid, "cty": "cloudevent+jws"}
        return jwe.encrypt_compact(sealed, text.encode(), sealing, algorithms=list(SEALED))

    def opened(self, sealed: SealedEvent, sender: Agency, now: datetime) -> Opened:
        """What a sender wrote to this agency.

        Args:
            sealed: The message as it arrived.
            sender: Who sent it, by the lane on which it came.
            now: The reader's clock.

        Raises:
            Refused: It is not for this agency, altered, or not signed by this sender.
            KeyFileError: A key file of this side cannot be read now; that says nothing of the message.
        """
        proof = self._decrypted(sealed.data)
        by, inside = self._verified(proof, sender)
        message = CloudEvent.from_json(inside, now)
        if message.outside != sealed.outside:
            raise Refused(RefusalCode.SIGNATURE_INVALID, "the attributes outside are not those that were signed")
        return Opened(message, proof, by)

    def is_newest(self, raw: bytes) -> bool:
        """Whether a message is sealed to the newest key of this agency, or is not sealed at all."""
        try:
            with at_the_door():
                kid = _kid(str(json.loads(raw)["data"]))
        except Refused:
            return True
        return kid == self._keys.to_seal(self._me.slug).kid

    def has_ended(self, raw: bytes) -> bool:
        """Whether the key of this agency to which a message was sealed has ended, so that nobody can read it any more."""
        try:
            with at_the_door():
                kid = _kid(str(json.loads(raw)["data"]))
            self._keys.to_open(self._me.slug, kid)
        except KeyExpired:
            return True
        except (KeyUnknown, Refused):
            return False
        return False

    def inside(self, raw: bytes) -> bytes:
        """What this agency can read of a message, whoever wrote it: nothing is verified. Empty where it can read nothing.

        Raises:
            KeyFileError: Its own key cannot be read now, so what stands there is not known.
        """
        try:
            with at_the_door():
                data = str(json.loads(raw)["data"])
            proof = self._decrypted(data)
            with at_the_door():
                return urlsafe_b64decode(proof.split(".")[1].encode())
        except Refused:
            return b""

    def _decrypted(self, data: str) -> str:
        broken = RefusalCode.SEAL_BROKEN, BROKEN
        with at_the_door(*broken):
            kid = _kid(data)
        expired = "it was sealed to a key of this agency whose time has passed"
        key = _found(lambda: self._keys.to_open(self._me.slug, kid), Refused(*broken), expired)
        with at_the_door(*broken):
            return (jwe.decrypt_compact(data, key, algorithms=list(SEALED)).plaintext or b"").decode("ascii")

    def _verified(self, proof: str, sender: Agency) -> tuple[str, bytes]:
        """By the sender, or by this agency, whose operator may put in a corrected message."""
        forged = RefusalCode.SIGNATURE_INVALID, UNSIGNED
        with at_the_door(*forged):
            kid, addressee = _kid(proof), _header(proof).get("for")
        by = self._me.slug if kid.startswith(f"{self._me.slug}.") else sender.slug
        expired = "it was signed with a key whose time has passed: sign it anew"
        key = _found(lambda: self._keys.to_verify(by, kid), Refused(*forged), expired)
        with at_the_door(*forged):
            payload = jws.deserialize_compact(proof, key, registry=SIGNATURES).payload
        if addressee != self._me.slug:
            raise Refused(RefusalCode.SIGNATURE_INVALID, "it was signed for another agency")
        return by, payload


def _found(look: Callable[[], OKPKey], unknown: Refused, expired: str) -> OKPKey:
    """The key that a message names. What cannot be read on this side is no refusal: it passes, and the message comes again."""
    try:
        return look()
    except KeyExpired:
        raise Refused(RefusalCode.KEY_EXPIRED, expired) from None
    except KeyUnknown:
        raise unknown from None


def read_outside(raw: bytes, now: datetime) -> SealedEvent:
    """A message as it arrived, of which only the outside can be read.

    Raises:
        Refused: It is not a sealed message.
    """
    try:
        return SealedEvent.from_json(raw, now)
    except Refused as refused:
        clear = refused.code is RefusalCode.ENVELOPE_INVALID and _is_clear(raw, now)
        raise (Refused(RefusalCode.NOT_SEALED, CLEAR) if clear else refused) from None


def _is_clear(raw: bytes, now: datetime) -> bool:
    try:
        CloudEvent.from_json(raw, now)
    except Refused:
        return False
    return True


def _kid(compact: str) -> str:
    """The name of the key, as the protected header says it."""
    kid = _header(compact)["kid"]
    if not isinstance(kid, str):
        raise TypeError("the name of a key is a text")
    return kid


def _header(compact: str) -> dict[str, Any]:
    """The protected header, before anything in it is believed; call it at the door."""
    found = json.loads(urlsafe_b64decode(compact.partition(".")[0].encode()))
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
