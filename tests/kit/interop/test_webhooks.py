"""The libraries of Standard Webhooks judge alike, in Python and in Node."""

import json

import pytest

from tests.kit.interop.conftest import Program
from tests.kit.test_verify import BODY, FORGED, OLD, SECRET, headers

pytestmark = pytest.mark.interop

RIGHT = {"good": headers(SECRET), "while the secret is changed": headers(OLD, SECRET)}


@pytest.mark.parametrize("program", ["verify.py", "verify.mjs"])
def test_a_library_verifies(program: str, others: Program) -> None:
    sent = [{"secret": SECRET, "headers": each, "body": BODY} for each in (*RIGHT.values(), *FORGED.values())]
    judged = others(program, fed="".join(json.dumps(one) + "\n" for one in sent))
    assert dict(zip([*RIGHT, *FORGED], judged, strict=True)) == dict.fromkeys(RIGHT, "holds") | dict.fromkeys(FORGED, "fails")
