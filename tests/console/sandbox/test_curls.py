"""Lines for a shell are what a shell runs, and hand in what can be handed in."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from console.sandbox.cast import cast
from console.sandbox.curls import body_of, post, setting_up, steps
from console.unknown import unknown_fields
from contracts.agencies import Directory
from contracts.catalogue import CATALOGUE
from contracts.events.signals import Signal, SignalReported

URL = "http://127.0.0.1:8240/v1"
CASEREF = "k000000000000000000000000"


def as_run(line: str) -> list[str]:
    """The arguments that a shell gives to what it runs."""
    script = line.replace("curl", "printf '%s\\0'", 1)
    variables = {"POST": URL, "POST_CASE": CASEREF, "PATH": "/usr/bin:/bin"}
    said = subprocess.run(["sh", "-c", script], env=variables, capture_output=True, check=True).stdout
    return said.decode().split("\0")[:-1]


def bodies(directory: Directory, slug: str) -> list[dict[str, object]]:
    lines = [as_run(line.text) for line in steps(cast(directory, directory.get(slug)))]
    return [json.loads(line[line.index("--data") + 1]) for line in lines if "--data" in line]


@pytest.mark.parametrize(
    "slug", ["police-midden-nederland", "womens-shelter", "lelystad", "coordinator-zwolle", "comensha", "signal-desk"]
)
def test_each_line_hands_in_an_event_of_the_catalogue(directory: Directory, slug: str) -> None:
    found = bodies(directory, slug)
    assert found
    for body in found:
        event = CATALOGUE[str(body["type"])]
        data = body["data"]
        assert isinstance(data, dict)
        event.model_validate_json(json.dumps(data), strict=True)
        assert not unknown_fields(event, data)
        assert ("ground" in body) == (len(event.rule.grounds) > 1)
        assert body.get("caseref") in ({None} if "signals.reported" in event.rule.type else {CASEREF})


def test_whoever_only_reads_has_lines_that_read(directory: Directory) -> None:
    lines = steps(cast(directory, directory.get("flevoland")))
    assert [as_run(line.text)[-1] for line in lines if line.does != "choose"] == [
        f"{URL}/feed?timeout=20000",
        f"{URL}/feed",
        f"{URL}/cases/{CASEREF}",
    ]


def test_the_newest_case_of_the_feed_is_taken(directory: Directory, tmp_path: Path) -> None:
    feed = tmp_path / "curl"
    feed.write_text(f'#!/bin/sh\necho \'[{{"caseref":"k1"}},{{"caseref":"{CASEREF}","data":{{}}}}]\'\n')
    feed.chmod(0o755)
    line = next(line.text for line in steps(cast(directory, directory.get("womens-shelter"))) if line.does == "choose")
    variables = {"POST": URL, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    said = subprocess.run(["sh", "-c", f'{line}; echo "$POST_CASE"'], env=variables, capture_output=True, check=True)
    assert said.stdout.decode() == f"{CASEREF}\n"


def test_the_token_is_in_a_file_and_on_no_command_line(directory: Directory, tmp_path: Path) -> None:
    for line in steps(cast(directory, directory.get("womens-shelter"))):
        assert "-H @token" in line.text
        assert "Authorization" not in line.text
    kept = tmp_path / "it's here" / "token"
    kept.parent.mkdir()
    kept.write_text("Authorization: Bearer a-token\n")
    first = "\n".join([*setting_up("http://127.0.0.1:8240", kept), 'cat token; echo "$POST"'])
    said = subprocess.run(["sh", "-ec", first], cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert said == f"Authorization: Bearer a-token\n{URL}\n"


def test_quotes_and_dollars_in_content_stay_what_they_are() -> None:
    account = 'it\'s "quoted", $HOME and `id`'
    body = body_of(SignalReported(signal=Signal(municipality="GM0995", account=account)), None)
    for of_case in (False, True):
        arguments = as_run(post(body, of_case=of_case))
        assert json.loads(arguments[arguments.index("--data") + 1])["data"]["signal"]["account"] == account
    assert shlex.split(post(body))[0] == "curl"
