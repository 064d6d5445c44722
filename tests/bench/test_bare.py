"""The bare program does as much as it was planned to."""

from collections import Counter

from tests.bench.bare import evenly, planned
from tests.bench.counts import Counts

CASE = Counts(workflows=8, updates=45, hops=26)


def test_a_plan_has_as_many_workflows_updates_and_hops() -> None:
    routes = planned(CASE.workflows, evenly(CASE))
    stops = [stop for route in routes for stop in route]
    assert len({stop.name for stop in stops}) == CASE.workflows
    assert len(stops) == CASE.updates
    assert sum(len(route) - 1 for route in routes) == CASE.hops
    assert len(routes) == CASE.told


def test_each_workflow_ends_when_it_was_told_all() -> None:
    stops = [stop for route in planned(CASE.workflows, evenly(CASE)) for stop in route]
    assert Counter(stop.name for stop in stops) == {stop.name: stop.expected for stop in stops}


def test_what_stays_open_waits_for_one_thing_more() -> None:
    stops = [stop for route in planned(CASE.workflows, evenly(CASE), stays=True) for stop in route]
    assert Counter(stop.name for stop in stops) == {stop.name: stop.expected - 1 for stop in stops}
