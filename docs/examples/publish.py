"""An agency's own software publishes an event: sealed by hand, with joserfc and nats-py and nothing of Keten."""

import asyncio
import hashlib
import json
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nats
import nats.errors
from joserfc import jwe, jws
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter
from nats.aio.client import Client

HOME = Path(".keten")
ME, MY_OIN, DESK = "police-midden-nederland", "00000099000000000002", "signal-desk"
MY_KEYS = HOME / f"keys/{ME}.events.jwks"
SIGNATURES = JWSRegistry({"for": HeaderParameter("slug of the recipient", "str", required=True)}, ["Ed25519"])
INSIDE_ONLY = {"data", "datacontenttype", "ground", "previous"}

Json = dict[str, Any]


def published(slug: str) -> Path:
    """Where an agency's public keys are."""
    return HOME / f"public-keys/{slug}.jwks.json"


def newest(path: Path, use: str) -> OKPKey:
    """The newest key of a set that is valid now: ``sig`` to sign with, ``enc`` to seal to."""
    keys = [key for key in json.loads(path.read_text())["keys"] if key["use"] == use and key["exp"] > time.time()]
    return as_key(max(keys, key=lambda key: int(key["kid"].split(".")[1])))


def named(path: Path, kid: str) -> OKPKey:
    """The key of a name, if it is still valid."""
    return as_key(next(key for key in json.loads(path.read_text())["keys"] if key["kid"] == kid and key["exp"] > time.time()))


def as_key(jwk: Json) -> OKPKey:
    """Its two moments are Keten's, not the library's."""
    return OKPKey.import_key({name: value for name, value in jwk.items() if name not in {"nbf", "exp"}})


def outside(message: Json) -> Json:
    """What everybody on the way may read."""
    return {name: value for name, value in message.items() if name not in INSIDE_ONLY}


def sealed(message: Json, sign: OKPKey, seal: OKPKey, recipient: str) -> bytes:
    """The whole message is signed, what was signed is encrypted, and the routing attributes stand outside once more."""
    header = {"alg": "Ed25519", "kid": sign.kid, "typ": "cloudevent", "for": recipient}
    proof = jws.serialize_compact(header, json.dumps(message).encode(), sign, registry=SIGNATURES)
    wrapping = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": seal.kid, "cty": "cloudevent+jws"}
    data = jwe.encrypt_compact(wrapping, proof.encode(), seal, algorithms=["ECDH-ES", "A256GCM"])
    return json.dumps(outside(message) | {"datacontenttype": "application/jose", "data": data}).encode()


def opened(raw: bytes, sender: str) -> Json:
    """What a sender wrote to us: decrypted, its signature verified, and nothing outside it changed."""
    arrived = json.loads(raw)
    box = jwe.decrypt_compact(arrived["data"], lambda it: named(MY_KEYS, it.headers()["kid"]))
    proof = (box.plaintext or b"").decode()
    read = jws.deserialize_compact(proof, lambda it: named(published(sender), it.headers()["kid"]), registry=SIGNATURES)
    message: Json = json.loads(read.payload)
    if read.headers()["for"] != ME or outside(message) != outside(arrived):
        raise ValueError("not for us, or altered on the way")
    return message


def fingerprint(message: Json) -> str:
    """What the next event of this line says in ``previous``. ``data`` of texts and whole numbers, with names in ASCII."""
    place = [message.get(name) for name in ("caseref", "type", "source", "sequence", "time", "previous")]
    place[2:5] = [str(place[2]).rpartition(":")[2], place[3] or "0", instant(message["time"])]
    text = json.dumps(["keten line 1", *place, message["data"]], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def instant(time: str) -> str:
    """In UTC, with six digits after the point, or none where all six are zero; further digits are cut off."""
    seconds, fraction, offset = re.fullmatch(r"(.{19})(?:\.([0-9]+))?(.+)", time.upper()).groups()  # type: ignore[union-attr]
    moment = datetime.fromisoformat(f"{seconds}.{(fraction or '0')[:6]:0<6}{offset}")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def signal() -> Json:
    """An event: what stands in `docs/generated/schemas/signals.reported.v1.json`."""
    return {
        "specversion": "1.0",
        "id": secrets.token_hex(16),
        "source": f"urn:nld:oin:{MY_OIN}:systeem:report",
        "type": "nl.keten.signals.reported.v1",
        "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "caseref": "k" + "".join(secrets.choice("0123456789abcdefghjkmnpqrstvwxyz") for _ in range(24)),
        "sequence": "1",
        "sequencetype": "Integer",
        "ground": "legal_task",
        "data": {"signal": {"municipality": "GM0995", "account": "An invented example: somebody asked for help."}},
    }


async def connected(role: str) -> Client:
    """At the bus: as our ``worker``, which sends and takes, or as our ``operator``, who sends and listens along."""
    address = json.loads((HOME / "running.json").read_text())["nats_url"]
    return await nats.connect(address, nkeys_seed_str=(HOME / f"keys/{ME}.{role}.nk").read_text().strip())


async def publish(client: Client, subject: str, body: bytes, message_id: str) -> None:
    """Done when the recipient's disk has it."""
    headers = {"Nats-Msg-Id": message_id, "content-type": "application/cloudevents+json"}
    await client.jetstream().publish(subject, body, headers=headers)


async def take(client: Client, sender: str) -> list[Json]:
    """All that a sender wrote to us and that we have not acknowledged, the oldest first."""
    inbox, taken = await client.jetstream().pull_subscribe_bind(f"from-{sender}", "INBOX"), list[Json]()
    while True:
        try:
            [arrived] = await inbox.fetch(1, timeout=2)
        except nats.errors.TimeoutError:
            return taken
        taken.append(opened(arrived.data, sender))  # here it is written to your disk, before the next line
        await arrived.ack_sync()


async def main() -> None:
    """Publish, and wait for the answer to this very event; with ``take``: what lies in our inbox."""
    if sys.argv[1:] == ["take"]:
        client = await connected("worker")
        for said in await take(client, DESK):
            print(said["type"], said["data"])
        await client.close()
        return
    message = signal()
    body = sealed(message, newest(MY_KEYS, "sig"), newest(published(DESK), "enc"), DESK)
    client = await connected("operator")
    heard = await client.subscribe(f"from.{DESK}.>")
    await publish(client, f"to.{DESK}.signals.reported.v1", body, message["id"])
    while json.loads((answer := await heard.next_msg(timeout=10)).data).get("causationid") != message["id"]:
        pass
    said = opened(answer.data, DESK)
    print(said["type"], said["data"])
    await client.close()


if __name__ == "__main__":
    asyncio.run(main())
