"""The benchmark runs, as small as it can be; what it finds is nobody's measure here."""

import pytest

from tests.bench.__main__ import Sizes, measure


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_one_round_of_one_case() -> None:
    results = await measure(Sizes(rounds=1, cases=1, in_flight=(1,), signals=1, restarts=1, long=(2,), open=2))
    assert results.bare[:3] == results.keten[:3]
    assert all(figure.times for figure in results.measured if "nats" not in figure.what)
