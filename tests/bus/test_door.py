"""Whatever stands in a header or in a body: an inbox refuses it or reads an event, and nothing else happens."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OKPKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from contracts.agencies import read_directory
from contracts.door import at_the_door
from contracts.envelope import CloudEvent
from contracts.refusals import RefusalCode, Refused
from runtime.bus.refusal import Glimpse
from runtime.bus.seal import SIGNATURES
from tests.bus.test_seal import Desks
from tests.bus_server import DESK, POLICE

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
EPKS: list[Any] = [
    ECKey.generate_key("P-256").as_dict(private=False),
    OKPKey.generate_key("Ed25519").as_dict(private=False),
    {"kty": "OKP", "crv": "X25519", "x": "A" * 43},
    {"kty": "OKP", "crv": "X25519"},
    {"kty": ["OKP"]},
    {},
    [],
    7,
]
SEALING: dict[str, Any] = {
    "alg": [None, 7, [], {}, "dir", "RSA-OAEP", "PBES2-HS256+A128KW", "none"],
    "enc": [None, 7, ["A256GCM"], {}, "A128CBC-HS256"],
    "crit": [7, ["exp"], [[]], {"alg": 1}, "alg"],
    "epk": EPKS,
    "zip": ["DEF", ["DEF"], 7],
    "apu": [7, [], "\u00e9"],
    "kid": [None, 7, [], {}, "", f"{DESK}.{'9' * 5000}.enc", f"{DESK}.\u0662.enc", f"{DESK}.1.sig", "\u0000"],
}
SIGNING: dict[str, Any] = {
    "alg": [None, 7, [], {}, "none", "HS256"],
    "crit": [7, ["b64"], [[]], {"for": 1}],
    "b64": [False, 7],
    "for": [None, 7, [DESK], {}],
    "kid": [None, 7, [], {}, f"{POLICE}.{'9' * 5000}.sig", f"{POLICE}.1.enc", f"{DESK}.1.sig"],
    "jwk": [7],
    "x5c": [7, [7]],
}
DEEP = b"[" * 10_000 + b"]" * 10_000


def each(values_of: dict[str, Any]) -> list[Any]:
    """Every value with its header; named by a number, since some are made anew in every process."""
    return [pytest.param(name, value, id=f"{name}-{number}") for name, of in values_of.items() for number, value in enumerate(of)]


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    return Desks(tmp_path_factory.mktemp("door"), read_directory())


def came_of(desks: Desks, raw: bytes) -> CloudEvent | RefusalCode:
    """What an inbox makes of it; anything but these two is what this file is about."""
    assert Glimpse.of_body(raw).system
    assert desks.seal(DESK).is_newest(raw) in {True, False}
    try:
        read = desks.read(raw)
        read.event()
    except Refused as refused:
        return refused.code
    return read


def travelling(desks: Desks, data: str) -> bytes:
    return json.dumps({**desks.signal().outside, "datacontenttype": "application/jose", "data": data}).encode()


def with_header(compact: str, header: bytes) -> str:
    return ".".join((urlsafe_b64encode(header).decode(), *compact.split(".")[1:]))


def sealed_parts(desks: Desks) -> tuple[dict[str, Any], str]:
    data = json.loads(desks.seal(POLICE).closed(desks.signal(), DESK))["data"]
    text = data.partition(".")[0]
    return json.loads(urlsafe_b64decode(text.encode())), data


def test_what_nothing_was_changed_of_is_read(desks: Desks) -> None:
    header, data = sealed_parts(desks)
    assert "epk" in header
    assert isinstance(came_of(desks, travelling(desks, data)), CloudEvent)


@pytest.mark.parametrize(("name", "value"), each(SEALING))
def test_a_header_of_the_seal_of_a_wrong_kind_is_refused(desks: Desks, name: str, value: Any) -> None:
    header, data = sealed_parts(desks)
    raw = travelling(desks, with_header(data, json.dumps(header | {name: value}).encode()))
    assert came_of(desks, raw) is RefusalCode.SEAL_BROKEN


@pytest.mark.parametrize(("name", "value"), each(SIGNING))
def test_a_header_of_the_signature_of_a_wrong_kind_is_refused(desks: Desks, name: str, value: Any) -> None:
    assert came_of(desks, signed_with(desks, {name: value})) is RefusalCode.SIGNATURE_INVALID


def signed_with(desks: Desks, changed: dict[str, Any]) -> bytes:
    """Sealed rightly, by somebody who writes a header by hand and signs it with the sender's own key."""
    key = desks.keys.to_sign(POLICE)
    header = {"alg": "Ed25519", "kid": key.kid, "for": DESK} | changed
    parts = [urlsafe_b64encode(part).decode() for part in (json.dumps(header).encode(), desks.signal().to_json())]
    own: Any = key.private_key
    signature: bytes = own.sign(".".join(parts).encode())
    return travelling(desks, _wrapped(desks, ".".join((*parts, urlsafe_b64encode(signature).decode()))))


def _wrapped(desks: Desks, proof: str) -> str:
    key = desks.keys.to_seal(DESK)
    return jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM", "kid": key.kid}, proof.encode(), key)


def test_a_header_written_by_hand_is_taken_where_it_is_right(desks: Desks) -> None:
    """The control: it is the header's value for which the others are refused."""
    assert isinstance(came_of(desks, signed_with(desks, {})), CloudEvent)


@pytest.mark.parametrize("header", [DEEP, b"[]", b"7", b"\xff", b"", b'{"kid":', b"null"])
def test_a_header_that_is_none_is_refused(desks: Desks, header: bytes) -> None:
    _, data = sealed_parts(desks)
    assert came_of(desks, travelling(desks, with_header(data, header))) is RefusalCode.SEAL_BROKEN


@pytest.mark.parametrize("inside", [DEEP, b"[]", b"\xff", b"", b"{}", b'{"data": ' + b"9" * 4000 + b"}", b'{"data": 1e400}'])
def test_whatever_is_signed_is_refused_where_it_is_no_event(desks: Desks, inside: bytes) -> None:
    proof = jws.serialize_compact(
        {"alg": "Ed25519", "kid": desks.keys.to_sign(POLICE).kid, "for": DESK},
        inside,
        desks.keys.to_sign(POLICE),
        registry=SIGNATURES,
    )
    codes = {RefusalCode.MALFORMED_JSON, RefusalCode.NOT_UTF8, RefusalCode.ENVELOPE_INVALID}
    assert came_of(desks, travelling(desks, _wrapped(desks, proof))) in codes


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(SEALING)) | st.text(max_size=8), ANY)
def test_any_header_of_the_seal(desks: Desks, name: str, value: Any) -> None:
    header, data = sealed_parts(desks)
    came_of(desks, travelling(desks, with_header(data, json.dumps(header | {name: value}).encode())))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(SIGNING)) | st.text(max_size=8), ANY)
def test_any_header_of_the_signature(desks: Desks, name: str, value: Any) -> None:
    came_of(desks, signed_with(desks, {name: value}))


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=200) | ANY.map(lambda value: json.dumps(value).encode()))
def test_any_bytes(desks: Desks, raw: bytes) -> None:
    assert isinstance(came_of(desks, raw), RefusalCode)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from([*CloudEvent.model_fields, "dataschema"]), ANY)
def test_any_attribute(desks: Desks, name: str, value: Any) -> None:
    fields = json.loads(desks.signal().to_json()) | {name: value}
    data = desks.seal(POLICE).sealed(json.dumps(fields).encode(), DESK)
    came_of(
        desks, json.dumps({**desks.signal().outside, name: value, "datacontenttype": "application/jose", "data": data}).encode()
    )


def test_full_memory_is_no_fault_of_the_sender() -> None:
    with pytest.raises(MemoryError), at_the_door():
        raise MemoryError
