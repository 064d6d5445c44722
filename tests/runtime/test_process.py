"""What stands in memory is in no core dump, what is written is for its owner, and what has ended is not aborted."""

import subprocess
import sys
from pathlib import Path

import pytest

from contracts.agencies import Directory
from runtime.home import HomeOpen, private_home
from runtime.servers.embedded import embedded
from runtime.servers.process import works_in
from runtime.settings import Settings
from tests.installed import KETEN

STRANGE = "hé lo?x#y%41 'z'" + "l" * 150
ABORTS = "import atexit, os, sys; atexit.register(os.abort); from console.main import app; {}(sys.argv[1:])"


@pytest.mark.parametrize(("call", "aborted"), [("app", False), ("__import__('typer').main.get_command(app)", True)])
def test_the_interpreter_is_not_taken_apart_after_the_last_line(call: str, *, aborted: bool) -> None:
    """As a thread of a library does now and then, something aborts whoever takes it apart; the control goes past our end."""
    ended = subprocess.run([sys.executable, "-c", ABORTS.format(call), "--help"], capture_output=True, text=True, check=False)
    assert "Referrals between agencies" in ended.stdout
    assert (ended.returncode != 0) is aborted


def test_a_command_keeps_its_memory_and_its_files_to_itself(tmp_path: Path) -> None:
    code = "import os, resource; from console.main import keep_to_itself as k; os.umask(0); k(); open('f', 'w'); os.mkdir('d'); "
    code += "import ctypes; print(oct(os.stat('f').st_mode), oct(os.stat('d').st_mode), ctypes.CDLL(None).prctl(3), end=' '); "
    code += "print(*resource.getrlimit(resource.RLIMIT_CORE))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    dumpable = "0" if sys.platform == "linux" else "-1"
    assert ended.stdout.split() == ["0o100600", "0o40700", dumpable, "0", "0"]


def test_every_command_does(tmp_path: Path) -> None:
    variables = {"KETEN_HOME": str(tmp_path / STRANGE), "PATH": "/usr/bin:/bin"}
    command = ["sh", "-c", f"umask 0; {KETEN} people add someone --at urk"]
    made = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert open_to_others(tmp_path / STRANGE) == []
    assert [path.name for path in tmp_path.iterdir()] == [STRANGE]


async def test_nothing_lies_outside_a_home_with_a_strange_name_and_nothing_there_is_open(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = directory.model_copy(update={"agencies": (directory.desk, directory.registry)})
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "above" / STRANGE
    home.mkdir(parents=True, mode=0o755)
    settings = Settings(home=home)
    async with embedded(settings, few) as running:
        assert (home / "temporal.db").is_file()
        assert any((home / "nats").rglob("*.blk")) or any((home / "nats").iterdir())
        limits = [Path(f"/proc/{pid}/limits").read_text() for pid in running.pids.values()]
        assert all(works_in(home, name, pid) and not works_in(tmp_path, name, pid) for name, pid in running.pids.items())
        assert open_to_others(home) == []
    assert all("Max core file size        0 " in one for one in limits)
    assert [path.name for path in tmp_path.iterdir()] == ["above"]
    assert [path.name for path in (tmp_path / "above").iterdir()] == [STRANGE]


def open_to_others(home: Path) -> list[str]:
    """What somebody else could look into, of all that a home holds, were it not for the home itself."""
    found = [path for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077]
    return [str(path.relative_to(home)) for path in found if path.parent.name != "public-keys"]


def test_a_number_of_somebody_elses_process_is_not_a_leftover(tmp_path: Path) -> None:
    with subprocess.Popen(["cat"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as somebody:
        assert somebody.stdin
        assert somebody.stdout
        somebody.stdin.write(b"here")
        assert somebody.stdout.read(4) == b"here"
        assert not works_in(tmp_path, "nats-server", somebody.pid)
        assert works_in(tmp_path, "cat", somebody.pid), "it would have to be called so, and work here"
        assert not works_in(tmp_path.parent, "cat", somebody.pid)
        somebody.kill()
    assert not works_in(tmp_path, "nats-server", 2**22 + 1)


def test_a_home_that_is_open_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    private_home(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    private_home(tmp_path / "new" / "home")
    assert (tmp_path / "new" / "home").stat().st_mode & 0o777 == 0o700


class Foreign(type(Path())):  # type: ignore[misc]
    """A directory of somebody else."""

    def chmod(self, mode: int, *, follow_symlinks: bool = True) -> None:
        raise PermissionError


def test_one_that_cannot_be_closed_is_refused_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    with pytest.raises(HomeOpen, match=r"has mode 0750, so others can look into it: chmod 700"):
        private_home(Foreign(tmp_path))
