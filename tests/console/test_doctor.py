import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from console.checks import disk
from console.finding import Trouble, found_by
from console.health import NO_ANSWER, PARTS, Health
from console.installation import Installation
from console.web.one_agency import OneAgency
from contracts.texts import words
from runtime.bus.connection import connect, jetstream
from runtime.servers.embedded import read_running
from tests.console.cli import Cli
from tests.installed import Keten
from tests.workers.few import few

AGENCY = "ambulatory-help"


def test_healthy_then_a_changed_setting_is_named_and_provisioned_away(keten: Keten, cli: Cli) -> None:
    said = cli("doctor")
    assert "healthy: " in said
    assert "temporalio " in said
    asyncio.run(_shorten_memory(keten))
    said = cli("doctor", code=1)
    assert f"{AGENCY} INBOX duplicate_window 7200.0 60.0" in said
    assert "1 of " in said
    assert "run `keten provision`" in said
    assert "provisioned: 16 agencies" in cli("provision")
    assert "healthy: " in cli("doctor")


async def test_one_agency_sees_how_each_part_does_in_words_of_both_languages(keten: Keten) -> None:
    """On the page of the web console: what `keten doctor` looks at, as one agency sees it."""
    whole = keten.here.installation
    agency = whole.directory.get(AGENCY)
    here = OneAgency(whole, agency, whole.witness)
    lines = await Health(patience=60).of(here, agency)
    assert {line.part for line in lines} == PARTS.keys()
    assert [line for line in lines if line.do and line.part not in {"settings"}] == []  # which a test above may have changed
    for line in lines:
        assert words("nl").knows(line.what), line.what
        assert line.where == "disk" or words("nl").knows(line.where), line.where
        assert AGENCY in line.where or line.part == "disk"


async def test_the_page_of_an_agency_names_a_changed_setting_and_an_office_that_is_away(tmp_path: Path) -> None:
    async with few(tmp_path, ("signal-desk", "comensha")) as installation:
        for slug in ("signal-desk", "comensha"):
            installation.prepare_stores(slug)
        agency = installation.directory.get("comensha")
        here = OneAgency(installation, agency, installation.played_by("operator"))
        wrong = {line.part: line for line in await Health(patience=60).of(here, agency) if line.do}
        assert wrong.keys() == {"office"}
        assert words("nl").knows(wrong["office"].do)
        client = await connect(installation.nats_url, installation.operator_seed(agency))
        try:
            config = (await jetstream(client).stream_info("INBOX")).config
            config.duplicate_window = 60
            await jetstream(client).update_stream(config)  # pyright: ignore[reportUnknownMemberType]
        finally:
            await client.close()
        os.kill(running_pid(installation), signal.SIGSTOP)
        try:
            lines = await Health(patience=1).of(here, agency)
            assert {line.part for line in lines if line.what == NO_ANSWER} >= {"bus"}
        finally:
            os.kill(running_pid(installation), signal.SIGCONT)
        wrong = {line.part: line for line in await Health(patience=60).of(here, agency) if line.do}
        assert wrong["settings"].what.startswith("not as wanted: 1 of ")


def running_pid(installation: Installation) -> int:
    running = read_running(installation.settings)
    assert running
    return running.pids["nats-server"]


async def _shorten_memory(keten: Keten) -> None:
    """Somebody changes how long an inbox remembers what it has."""
    installation = keten.here.installation
    client = await connect(installation.nats_url, installation.operator_seed(installation.directory.get(AGENCY)))
    try:
        config = (await jetstream(client).stream_info("INBOX")).config
        config.duplicate_window = 60
        await jetstream(client).update_stream(config)  # pyright: ignore[reportUnknownMemberType]
    finally:
        await client.close()


async def test_what_is_away_gone_or_damaged_is_named_each_by_itself(tmp_path: Path) -> None:
    home = tmp_path / "home"
    cli = Cli({"KETEN_HOME": str(home), "KETEN_DIRECTORY": str(tmp_path / "agencies.toml")})
    async with few(tmp_path, ("signal-desk", "comensha")) as installation:
        for slug in ("signal-desk", "comensha"):
            installation.prepare_case_keys(slug)
            installation.prepare_processing_log(slug)
        (home / "keys" / "comensha.wrap.1.key").rename(tmp_path / "kept")
        said = await asyncio.to_thread(cli, "doctor", code=1)
        for words in (
            "office of signal-desk: is away: nobody works there start it: `keten worker signal-desk`",
            "office of comensha: is away",
            "keys of comensha",
        ):
            assert words in said
        assert "healthy" not in said
        assert "keys of signal-desk" not in said
        assert "3 things are not as they should be" in said
        (tmp_path / "kept").rename(home / "keys" / "comensha.wrap.1.key")
        log = home / "processing-log" / "signal-desk.db"
        log.rename(tmp_path / "log")
        os.kill(running_pid(installation), signal.SIGKILL)
        said = await asyncio.to_thread(cli, "doctor", code=1)
        assert "bus: does not answer" in said
        assert "Temporal:" not in said
        assert f"processing-log/signal-desk: {log} is gone" in said
    for name in ("signal-desk", "comensha"):
        (home / "case-keys" / f"{name}.db-wal").unlink(missing_ok=True)
    (home / "case-keys" / "signal-desk.db").write_bytes(b"")
    os.truncate(home / "case-keys" / "comensha.db", 3000)
    (home / "temporal.db").write_bytes(b"no database" * 500)
    said = await asyncio.to_thread(cli, "doctor", code=1)
    assert "case-keys/signal-desk: " in said
    assert "signal-desk.db is empty" in said
    assert "comensha.db cannot be read (DatabaseError)" in said
    assert "temporal.db is damaged" in said
    assert "start it with `keten up`" in said


async def test_a_check_that_cannot_be_made_is_a_finding_and_the_others_are_made(keten: Keten) -> None:
    async def breaks(_: Installation) -> AsyncIterator[Trouble]:
        yield Trouble("here", "something", "something else")
        raise KeyError("nobody foresaw this")

    found = await found_by([breaks, disk, breaks], keten.here.installation)
    assert [(trouble.where, trouble.what) for trouble in found] == [
        ("here", "something"),
        ("breaks", "could not be looked at (KeyError)"),
    ] * 2
