"""Fixtures that every test may use."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from contracts.agencies import Directory, read_directory
from tests.bus_server import BusServer, running
from tests.installed import Keten, unhurried
from tests.runtime.collector import Collector, collector


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cases", type=int, default=10, help="cases that live for the proof of erasure; a tenth is erased")
    parser.addoption("--length", choices=("short", "long"), default=None, help="only tests that take short, or long")
    parser.addoption("--pictures", default=None, help="a folder for pictures of every page of the web console")


def pytest_configure(config: pytest.Config) -> None:
    """Not in pyproject.toml, where it would load Temporal's library, and with it gRPC, before any plugin."""
    for handlers in ("Update", "Signal"):
        config.addinivalue_line("filterwarnings", f"error::temporalio.workflow.Unfinished{handlers}HandlersWarning")


def pytest_xdist_auto_num_workers() -> int:
    """Tests wait for servers half of their time: two for each core, as long as there is memory for it."""
    return 2 * (os.cpu_count() or 1)


BROWSER = Path(__file__).parent / "console" / "web" / "browser"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A file of tests stays together; those that need the whole installation share two: with one they would be half of a run.

    In one process these come last: what is left open there goes on ringing, and would slow all others. They take long, as
    what opens a browser does, and what is marked so because it starts servers of its own or draws many examples.
    """
    whole = sorted({item.path for item in items if "keten" in getattr(item, "fixturenames", ())})
    group = {path: f"whole-{number % 2}" for number, path in enumerate(whole)}
    items.sort(key=lambda item: item.path in group)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group.get(item.path, item.nodeid.partition("::")[0])))
        if item.path in group or item.path.is_relative_to(BROWSER):
            item.add_marker(pytest.mark.long)
    if length := config.getoption("--length"):
        parted: dict[bool, list[pytest.Item]] = {True: [], False: []}
        for item in items:
            parted[(item.get_closest_marker("long") is not None) == (length == "long")].append(item)
        config.hook.pytest_deselected(items=parted[False])
        items[:] = parted[True]


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> int:
    """How many cases live for the proof of erasure."""
    return int(str(request.config.getoption("--cases")))


@pytest.fixture(scope="session")
def directory() -> Directory:
    """The agencies of the embedded installation."""
    return read_directory()


@pytest.fixture(scope="session")
def shared_bus(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Generator[BusServer]:
    """A provisioned bus for tests that leave nothing that another would see."""
    yield from running(BusServer(tmp_path_factory.mktemp("bus"), directory))


@pytest.fixture
def bus(tmp_path: Path, directory: Directory) -> Generator[BusServer]:
    """A provisioned bus of one's own."""
    yield from running(BusServer(tmp_path, directory))


@pytest.fixture(scope="session")
def told() -> Generator[Collector]:
    """Where the processing logs of the whole installation are exported to."""
    with collector() as there:
        yield there


@pytest.fixture(scope="session")
def keten(tmp_path_factory: pytest.TempPathFactory, told: Collector) -> Generator[Keten]:
    """A whole installation, with the demo's clocks but for who answers, for every test that leaves others in peace."""
    folder = tmp_path_factory.mktemp("keten")
    clocks = unhurried(folder / "clocks.toml")
    home, told_to = folder / "home", told.url
    installed = Keten(home, KETEN_CLOCKS=str(clocks), KETEN_GAP_PATIENCE="6", KETEN_OTLP_ENDPOINT=told_to, KETEN_PROCESSES="2")
    installed.up()
    try:
        yield installed
    finally:
        assert installed.stop() == 0
