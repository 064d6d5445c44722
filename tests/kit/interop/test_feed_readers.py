"""Readers that others wrote follow the feed over restarts, without a gap and without a double."""

import pytest

from tests.kit.interop.conftest import Running
from tests.kit.standing import Standing
from tests.post_office.asking import RECEIVED

pytestmark = pytest.mark.interop


@pytest.mark.parametrize(("program", "given"), [("follow.py", ()), ("follow.mjs", (RECEIVED,))])
def test_a_reader_outlives_restarts(program: str, given: tuple[str, ...], following: Running, post: Standing) -> None:
    expected, seen = post.hear(120), list[str]()
    with following(program, *given) as reader:
        assert reader.stdout
        for _ in range(3):
            while len(seen) < len(expected):
                seen.append(reader.stdout.readline().strip())
            post.stop()
            expected += post.hear(20)
            post.start()
            expected += post.hear(20)
        while len(seen) < len(expected):
            seen.append(reader.stdout.readline().strip())
    assert seen == expected
