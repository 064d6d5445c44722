"""The database of case keys for real: an agency gets into its own database with its certificate, and nobody gets in otherwise."""

import os
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path
from shutil import copy
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import make_url

from contracts.agencies import Directory
from runtime.keys.case_keys import CaseKeys
from runtime.keys.files import Keys
from runtime.keys.wrapping import KeyFiles
from runtime.migrations import Tables, upgrade
from runtime.settings import Settings
from runtime.tls.certificates import DATABASE, Tls
from tests.certified import Certified
from tests.infra.examples import INFRA
from tests.infra.test_yaml import services
from tests.runtime.postgres_server import BINARIES, NOT_HERE, is_here, postgres

pytestmark = [pytest.mark.skipif(not is_here(), reason=NOT_HERE), pytest.mark.long]
PASSWORD = "only-here"
CASE = "k" + "0" * 24


class Database(NamedTuple):
    address: str
    certified: Certified

    def url(self, slug: str, tls: Tls) -> str:
        """What compose.yaml gives a worker, with the files and the address of this test."""
        given: str = services()["almere"]["environment"]["KETEN_CASE_KEYS_URL"]
        for there, here in (("ca.crt", tls.ca), ("worker.crt", tls.cert), ("worker.key", tls.key)):
            given = given.replace(f"/keten/tls/{there}", str(here))
        return Settings(case_keys_url=given.replace("case-keys-db:5432", self.address)).case_keys(slug)


def as_in_compose(certified: Certified) -> Callable[[Path], list[str]]:
    """The settings that compose.yaml gives it, with files that the server can read."""

    def change(home: Path) -> list[str]:
        shown = certified.of(DATABASE)
        files = {"tls_ca": shown.ca, "tls_database_cert": shown.cert, "tls_database_key": shown.key}
        for name, path in files.items():
            copy(path, home / name)
        places = {f"/run/secrets/{name}": str(home / name) for name in files}
        places["/etc/keten/hba.conf"] = str(home / "hba.conf")
        loopback = "host all keten 127.0.0.1/32 trust\n"  # as the socket in the container: for making what is needed
        (home / "hba.conf").write_text(loopback + (INFRA / "postgres" / "certificates.conf").read_text())
        given: list[str] = [argument.removeprefix("-c") for argument in services()["case-keys-db"]["command"][1:]]
        return ["=".join(places.get(part, part) for part in setting.split("=")) for setting in given]

    return change


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Generator[Database]:
    certified = Certified(tmp_path_factory.mktemp("certified"), directory)
    with postgres(as_in_compose(certified)) as address:
        for _ in range(2):  # what is there already stays
            make_databases(address, services()["case-keys-db"]["environment"]["AGENCIES"])
        yield Database(address, certified)


def make_databases(address: str, agencies: str) -> None:
    where = urlsplit(f"//{address}")
    told = {
        "AGENCIES": agencies,
        "POSTGRES_USER": "keten",
        "PGPASSWORD": PASSWORD,
        "PGHOST": "127.0.0.1",
        "PGPORT": str(where.port),
    }
    path = {"PATH": f"{BINARIES}:{os.environ['PATH']}"}
    subprocess.run(["sh", INFRA / "postgres" / "case-keys.sh"], env={**told, **path}, check=True, capture_output=True)


async def test_an_agency_keeps_the_keys_of_its_cases_in_its_own_database(
    database: Database, tmp_path: Path, directory: Directory
) -> None:
    keys = Keys(tmp_path / "keys")
    keys.create(directory)
    url = database.url("almere", database.certified.of("almere"))
    upgrade(url, Tables.CASE_KEYS)
    made = await CaseKeys(url, KeyFiles(keys, "almere")).make_or_get(CASE)
    assert await CaseKeys(url, KeyFiles(keys, "almere")).get(CASE) == made


@pytest.mark.parametrize(("fault", "words"), [("strange", "unknown ca"), ("expired", "expired")])
def test_a_certificate_that_is_not_believed_is_refused(database: Database, fault: str, words: str) -> None:
    shown: Tls = getattr(database.certified, fault)("almere")
    with pytest.raises(psycopg.OperationalError, match=words):
        into(database.url("almere", shown))


def test_an_agency_is_not_taken_for_another_and_a_server_of_another_authority_is_not_believed(database: Database) -> None:
    own = database.certified.of("almere")
    with pytest.raises(psycopg.OperationalError, match='certificate authentication failed for user "urk"'):
        into(database.url("urk", own))
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        into(database.url("almere", own._replace(ca=database.certified.other_authority)))


def test_in_clear_or_into_another_database_nobody_gets_in(database: Database) -> None:
    own = database.url("almere", database.certified.of("almere"))
    into(own)
    for wrong in (own.replace("verify-full", "disable"), own.replace("/almere?", "/urk?")):
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
            into(wrong)


def into(url: str) -> None:
    """Connect as a worker would."""
    parsed = make_url(url)
    where = {"host": parsed.host, "port": parsed.port, "user": parsed.username, "dbname": parsed.database}
    psycopg.connect(**where, **{name: str(value) for name, value in parsed.query.items()}).close()  # type: ignore[arg-type]
