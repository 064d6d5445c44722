"""A key service on loopback that answers as the transit engine of Vault and OpenBao does, as far as agencies' keys need it."""

import base64
import json
import os
import ssl
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runtime.tls.certificates import Tls

TOKEN = "example-token"


class Refused(Exception):  # noqa: N818 - named as what is the case
    """An answer with a status and the words of the real service."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Engine:
    """Keys by name; each version is one further key."""

    def __init__(self) -> None:
        self.keys: defaultdict[str, list[bytes]] = defaultdict(list)
        self.oldest: defaultdict[str, int] = defaultdict(lambda: 1)

    def answer(self, action: str, name: str, content: dict[str, Any]) -> dict[str, Any] | None:
        """What the service says; None: nothing, but that it was done."""
        if action in {"encrypt", "rotate"} and (action == "rotate" or not self.keys[name]):
            self.keys[name].append(AESGCM.generate_key(256))
        associated = base64.b64decode(content.get("associated_data", ""))
        match action:
            case "encrypt":
                nonce, version = os.urandom(12), len(self.keys[name])
                text = AESGCM(self.keys[name][-1]).encrypt(nonce, base64.b64decode(content["plaintext"]), associated)
                return {"ciphertext": f"vault:v{version}:{base64.b64encode(nonce + text).decode()}"}
            case "decrypt":
                return {"plaintext": base64.b64encode(self._decrypt(name, content["ciphertext"], associated)).decode()}
            case "read":
                return {"latest_version": len(self.keys[name])}
            case "config":
                self.oldest[name] = content["min_decryption_version"]
            case _:
                assert action == "rotate"
        return None

    def _decrypt(self, name: str, text: str, associated: bytes) -> bytes:
        prefix, version, encoded = text.split(":")
        assert prefix == "vault"
        number, raw = int(version.removeprefix("v")), base64.b64decode(encoded)
        if number < self.oldest[name]:
            raise Refused(400, "ciphertext or signature version is disallowed by policy (too old)")
        try:
            return AESGCM(self.keys[name][number - 1]).decrypt(raw[:12], raw[12:], associated)
        except InvalidTag:
            raise Refused(400, "cipher: message authentication failed") from None


class Handler(BaseHTTPRequestHandler):
    """HTTP as the real service speaks it."""

    engine: ClassVar[Engine]
    sealed: ClassVar[bool] = False

    def do_GET(self) -> None:
        *_, name = self.path.split("/")
        self._serve("read", name)

    def do_POST(self) -> None:
        _, _, mount, *rest = self.path.split("/")
        assert mount == "transit"
        action, name = (rest[2], rest[1]) if rest[0] == "keys" else (rest[0], rest[1])
        self._serve(action, name)

    def _serve(self, action: str, name: str) -> None:
        content = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        try:
            self._check()
            answer = self.engine.answer(action, name, content)
        except Refused as refusal:
            self._send(refusal.status, {"errors": [str(refusal)]})
        else:
            self._send(200, {"data": answer}) if answer else self._send(204, None)

    def _check(self) -> None:
        if self.sealed:
            raise Refused(503, "Vault is sealed")
        if self.headers["X-Vault-Token"] != TOKEN:
            raise Refused(403, "permission denied")

    def _send(self, status: int, content: Any) -> None:
        self.send_response(status)
        body = b"" if content is None else json.dumps(content).encode()
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
        """Silent."""


class QuietServer(ThreadingHTTPServer):
    """Says nothing of those whom it does not let in."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silent."""


class Transit:
    """The service as a test holds it."""

    def __init__(self, url: str, handler: type[Handler]) -> None:
        self.url = url
        self._handler = handler

    @property
    def engine(self) -> Engine:
        return self._handler.engine

    def seal(self) -> None:
        """It answers nothing any more."""
        self._handler.sealed = True


@contextmanager
def transit(tls: Tls | None = None) -> Generator[Transit]:
    """A service of one's own; with TLS it asks who comes in, and shows what it is given."""
    handler = type("OwnHandler", (Handler,), {"engine": Engine()})
    server = QuietServer(("127.0.0.1", 0), handler)
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=tls.ca)
        context.load_cert_chain(tls.cert, tls.key)
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Transit(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}", handler)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
