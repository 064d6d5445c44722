"""What a sandbox may be: a home of its own, clocks in seconds, and no agency that exists."""

from pathlib import Path

from contracts.agencies import Directory, read_directory
from runtime.servers.production import refuse_embedded
from runtime.settings import Settings, load_settings
from workers.wiring import read_file

HOME = Path(".keten-sandbox")
CLOCKS = Path(__file__).with_name("clocks.toml")
TESTS_ONLY = "00000099"
"""With what the identification number of an agency begins that is for tests."""


class NotForSandbox(RuntimeError):  # noqa: N818 - named as what is the case
    """Somebody real could be met here; the message says who."""


def sandbox_settings(home: Path | None = None, clocks: Path | None = None) -> Settings:
    """The settings of a sandbox: those of this process, with a home, clocks and servers of its own.

    Args:
        home: Where its state is; None: ``.keten-sandbox`` where it is started.
        clocks: Other terms than those of a sandbox.

    Raises:
        NotForProduction: The settings say that this is production.
        NotForSandbox: The directory has an agency whose identification number is not for tests.
    """
    given = load_settings()
    refuse_embedded(given)
    refuse_real(read_file(read_directory, given.directory))
    own = {"home": (home or HOME).absolute(), "clocks": clocks or CLOCKS, "nats_url": None, "temporal_address": None}
    return given.model_copy(update={**own, "gap_patience": 10.0})


def refuse_real(directory: Directory) -> None:
    """Everything of a sandbox is invented.

    Raises:
        NotForSandbox: Somebody in the directory is not; says who.
    """
    real = [agency.slug for agency in directory.agencies if not agency.oin.startswith(TESTS_ONLY)]
    if real:
        raise NotForSandbox(
            f"a sandbox is for invented agencies only, whose identification numbers begin with {TESTS_ONLY}: not for "
            f"{', '.join(real)}; leave KETEN_DIRECTORY out, or name a directory for tests"
        )
