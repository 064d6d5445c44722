"""The checked-in configuration of the bus as code would write it: ``python -m tests.infra.examples`` writes it again."""

import base64
import binascii
import hashlib
from pathlib import Path

from contracts.agencies import read_directory
from runtime.keys.files import PublicKeys
from runtime.servers.nats_config import render_cluster

INFRA = Path(__file__).parents[2] / "infra"
USER = bytes([20 << 3])
"""The first byte of a user's public key: it makes the text begin with U."""
NODES = ("nats-1", "nats-2", "nats-3")


def nats_files() -> dict[Path, str]:
    """One configuration per node, by its path."""
    directory = read_directory()
    keys = {a.slug: PublicKeys(example_key(f"{a.slug} worker"), example_key(f"{a.slug} operator")) for a in directory.agencies}
    rendered = render_cluster(directory, keys, NODES, system_public_key=example_key("system"))
    return {INFRA / "nats" / name: f"{text}\n" for name, text in rendered.items()}


def example_key(whose: str) -> str:
    """A public key that nobody can use: it comes from a hash, so that there is no seed to it."""
    key = USER + hashlib.sha256(f"example of {whose}".encode()).digest()
    checksum = binascii.crc_hqx(key, 0).to_bytes(2, "little")
    return base64.b32encode(key + checksum).decode().rstrip("=")


if __name__ == "__main__":
    for path, text in nats_files().items():
        path.write_text(text, encoding="utf-8")
