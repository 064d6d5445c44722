"""The examples to copy are run as they stand, where their language is installed."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from console.catalogue.calls import calls
from tests.console.catalogue.test_examples import hostile

pytestmark = pytest.mark.long

RUN = {"curl": ["sh", "send.sh"], "Node.js": ["node", "send.mjs"], "Java": ["java", "Send.java"], "PHP": ["php", "send.php"]}
NEEDS = {"curl": "curl", "Node.js": "node", "Java": "java", "PHP": "php"}


class Office(ThreadingHTTPServer):
    """Takes what a post office takes, and keeps it."""

    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.status, self.taken = status, list[tuple[str, dict[str, str], Any]]()


class Taking(BaseHTTPRequestHandler):
    server: Office  # pyright: ignore[reportIncompatibleVariableOverride] - it is made with no other

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.taken.append((self.path, headers, json.loads(body)))
        answer = b'{"code": "data_invalid"}'
        self.send_response(self.server.status)
        self.send_header("Location", "/v1/events/1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as its base names it
        pass


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Generator[Office]:
    with Office(request.param) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(30)


@pytest.mark.parametrize("office", [202, 422], indirect=True, ids=["taken", "refused"])
@pytest.mark.parametrize("name", RUN)
def test_a_call_hands_in_the_event_and_says_when_it_is_refused(office: Office, name: str, tmp_path: Path) -> None:
    if shutil.which(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    call = next(call for call in calls(hostile()) if call.name == name)
    (tmp_path / call.file).write_text(call.text, encoding="utf-8")
    environment = {**os.environ, "POST_OFFICE": f"http://127.0.0.1:{office.server_port}", "POST_OFFICE_TOKEN": "a-token"}
    done = subprocess.run(RUN[name], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    [(path, headers, event)] = office.taken
    assert path == "/v1/events"
    assert headers["authorization"] == "Bearer a-token"
    assert headers["content-type"] == "application/cloudevents+json"
    assert event == hostile()
    assert (done.returncode == 0) == (office.status == 202), done.stderr
    assert office.status == 202 or "data_invalid" in done.stdout + done.stderr
