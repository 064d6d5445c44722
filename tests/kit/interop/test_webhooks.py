"""The libraries of Standard Webhooks judge alike, in Python and in Node."""

import json

import pytest

from tests.kit.interop.conftest import Program
from tests.kit.test_verify import BODY, OLD, SECRET, forged, headers

pytestmark = pytest.mark.interop


def right() -> dict[str, dict[str, str]]:
    """Signed now."""
    return {"good": headers(SECRET), "while the secret is changed": headers(OLD, SECRET)}


@pytest.mark.parametrize("program", ["verify.py", "verify.mjs"])
def test_a_library_verifies(program: str, others: Program) -> None:
    holds, fails = right(), forged()
    sent = [{"secret": SECRET, "headers": each, "body": BODY} for each in (*holds.values(), *fails.values())]
    judged = others(program, fed="".join(json.dumps(one) + "\n" for one in sent))
    assert dict(zip([*holds, *fails], judged, strict=True)) == dict.fromkeys(holds, "holds") | dict.fromkeys(fails, "fails")
