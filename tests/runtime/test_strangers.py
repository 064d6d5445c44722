"""Of those who come and wait, the one goes who has waited longest."""

from structlog.testing import capture_logs

from runtime.strangers import Strangers


async def test_the_first_to_go_is_who_waited_longest_at_the_address_with_most() -> None:
    strangers, gone = Strangers(5, 3, "gate"), list[int]()
    with capture_logs() as logged:
        for number, address in enumerate("abbbabc"):
            strangers.add(number, address, lambda number=number: gone.append(number))
    assert gone == [1, 2], "the fourth of one address, then the sixth of all"
    assert [(line["event"], line["server"]) for line in logged] == [("strangers_crowd", "gate")], "once"


async def test_who_is_known_is_not_counted_any_more() -> None:
    strangers, gone = Strangers(2, 2, "gate"), list[int]()
    for number in range(10):
        strangers.add(number, "a", lambda number=number: gone.append(number))
        strangers.known(number)
    assert gone == []


async def test_without_a_bound_nobody_goes() -> None:
    strangers, gone = Strangers(10_000, 10_000, "gate"), list[int]()
    for number in range(1000):
        strangers.add(number, "a", lambda number=number: gone.append(number))
    assert gone == []
