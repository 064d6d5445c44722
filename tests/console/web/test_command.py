"""``keten console``: for whom it starts, and what it says where it does not; and beside the offices it may fail."""

import re
import subprocess
from pathlib import Path

import httpx
import pytest

from console.beside import console_beside
from console.web.composition import Trying, check_login, web_console
from runtime.http.listening import bound
from runtime.settings import Mode, Settings
from tests.console.cli import Cli
from tests.console.web.serving import Browser, installed
from tests.installed import KETEN, Keten


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        ([], {}, "nobody says who may log in: set KETEN_OIDC_ISSUER, or try it on this machine with --dev-issuer"),
        (["--dev-issuer"], {"KETEN_OIDC_ISSUER": "https://login.example.org"}, "leave one of the two away"),
        (["--dev-issuer", "--host", "0.0.0.0"], {}, "is reached over a network"),
        (["--dev-issuer"], {"KETEN_CONSOLE_ORIGIN": "https://keten.example.org"}, "it serves this machine only"),
        (["--cert", "x"], {}, "TLS needs both --cert and --key"),
        ([], {"KETEN_CONSOLE_ORIGIN": "http://keten.example.org"}, "must begin with https://"),
        ([], {"KETEN_CONSOLE_ORIGIN": "https://keten.example.org/path"}, "must be an origin"),
    ],
    ids=["nobody", "two", "network", "address", "half of TLS", "in clear", "a path"],
)
def test_where_it_does_not_start_it_says_why(cli: Cli, arguments: list[str], environment: dict[str, str], words: str) -> None:
    assert words in cli.with_(**environment)("console", "--port", "0", *arguments, code=1)


def test_in_production_nobody_logs_in_without_an_account() -> None:
    with pytest.raises(ValueError, match="lets in whoever comes"):
        check_login(Settings(mode=Mode.PRODUCTION), trying=True)


async def test_nobody_logs_in_without_an_account_from_elsewhere(tmp_path: Path) -> None:
    outside = installed(tmp_path / "home", console_origin="https://keten.example.org")
    with pytest.raises(ValueError, match="this machine only"):
        async with web_console(outside, bound("127.0.0.1", 0), Trying()):
            pass


async def test_it_says_where_it_answers_and_ends_when_it_is_asked(keten: Keten) -> None:
    process = subprocess.Popen(
        [KETEN, "console", "--dev-issuer", "--port", "0"], env=keten.environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        said = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said
        async with httpx.AsyncClient(base_url=found[0]) as client:
            assert (await Browser(client).log_in()).status_code == 303
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()


async def test_keten_up_prints_one_address_and_one_click_later_one_is_in(keten: Keten) -> None:
    [address] = re.findall(r"In a browser: (\S+)", keten.out_file.read_text())
    async with httpx.AsyncClient(base_url=address) as client:
        browser = Browser(client)
        assert (await browser.log_in(path="/")).status_code == 303
        assert (await browser.get("/session")).status_code == 200


class TestBesideTheOffices:
    async def test_it_answers(self, tmp_path: Path) -> None:
        async with console_beside(installed(tmp_path / "home", console_port=0)) as address, httpx.AsyncClient() as client:
            assert address
            assert (await client.get(f"{address}/locked")).status_code == 200

    async def test_another_installation_on_its_port_is_no_obstacle(self, tmp_path: Path) -> None:
        door = bound("127.0.0.1", 0)
        taken = door.socket.getsockname()[1]
        usual = installed(tmp_path / "home").settings.model_copy(update={"console_port": taken})
        beside = installed(tmp_path / "home")
        beside.settings = usual
        usual.model_fields_set.discard("console_port")  # nobody named it
        async with console_beside(beside) as address:
            assert address
            assert not address.endswith(f":{taken}")
        door.socket.close()

    async def test_where_it_cannot_start_the_offices_go_on(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        broken = installed(tmp_path / "home", console_origin="https://keten.example.org")
        async with console_beside(broken) as address:
            assert address is None
        assert "The web console does not run, everything else does" in capsys.readouterr().err

    async def test_where_its_database_is_broken_the_offices_go_on(self, tmp_path: Path) -> None:
        broken = installed(tmp_path / "home", console_url="mysql://nowhere", console_port=0)
        async with console_beside(broken) as address:
            assert address is None
