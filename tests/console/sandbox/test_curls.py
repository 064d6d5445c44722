"""Lines for a shell are what a shell runs, and hand in what can be handed in."""

import json
import shlex
import subprocess

import pytest

from console.sandbox.cast import cast
from console.sandbox.curls import body_of, post, steps
from console.unknown import unknown_fields
from contracts.agencies import Directory
from contracts.catalogue import CATALOGUE
from contracts.events.signals import Signal, SignalReported

URL = "http://127.0.0.1:8240"
CASEREF = "k000000000000000000000000"


def as_run(line: str) -> list[str]:
    """The arguments that a shell gives to what it runs."""
    script = line.replace("curl", "printf '%s\\0'", 1)
    variables = {"POST_TOKEN": "a-token", "POST_CASE": CASEREF, "PATH": "/usr/bin:/bin"}
    said = subprocess.run(["sh", "-c", script], env=variables, capture_output=True, check=True).stdout
    return said.decode().split("\0")[:-1]


def bodies(directory: Directory, slug: str) -> list[dict[str, object]]:
    lines = [as_run(line.text) for line in steps(URL, cast(directory, directory.get(slug)))]
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
    lines = steps(URL, cast(directory, directory.get("flevoland")))
    assert [as_run(line.text)[-1] for line in lines] == [
        f"{URL}/v1/feed?timeout=20",
        f"{URL}/v1/feed",
        f"{URL}/v1/cases/{CASEREF}",
    ]


def test_the_token_stands_in_no_line(directory: Directory) -> None:
    for line in steps(URL, cast(directory, directory.get("womens-shelter"))):
        assert "$POST_TOKEN" in line.text
        assert "Authorization: Bearer a-token" in as_run(line.text)


def test_quotes_and_dollars_in_content_stay_what_they_are() -> None:
    account = 'it\'s "quoted", $HOME and `id`'
    body = body_of(SignalReported(signal=Signal(municipality="GM0995", account=account)), None)
    for of_case in (False, True):
        arguments = as_run(post(URL, body, of_case=of_case))
        assert json.loads(arguments[arguments.index("--data") + 1])["data"]["signal"]["account"] == account
    assert shlex.split(post(URL, body))[0] == "curl"
