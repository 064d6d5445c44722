"""Production mode: what an embedded installation may do, and a real one may not. Everything wrong is said at once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from contracts.agencies import EMBEDDED, read_directory
from contracts.clocks import Clocks, read_clocks
from contracts.words import AgencyKind
from runtime.private_files import KeyFileError, read_private
from runtime.settings import Mode, Settings
from runtime.tls.authority import is_for_tests
from runtime.tls.certificates import named_by

TEST_OIN = "00000099"
"""Organisation identification numbers that begin so are for tests; see contracts/agencies.py."""
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
"""Where the embedded servers listen, and nobody else should."""
SHORTEST_CLOCK = timedelta(minutes=1)
"""DEFAULT: no term between agencies is shorter, and every file of clocks for a demonstration has one that is."""


class NotForProduction(RuntimeError):  # noqa: N818 - named as what is the case
    """The settings say production, and something is not fit for it; the message lists everything, each with what to do."""


def refuse_defaults(settings: Settings, slug: str | None = None) -> None:
    """Start nothing in production with anything that is meant for an embedded installation.

    Args:
        settings: Of this process.
        slug: The agency that it works for; None: several.

    Raises:
        NotForProduction: With all faults.
    """
    if settings.mode is Mode.PRODUCTION:
        _refuse(faults(settings, slug))


def refuse_defaults_of_gate(settings: Settings) -> None:
    """The same for the gate before Temporal, which needs a directory, certificates and Temporal, and nothing else.

    Raises:
        NotForProduction: With all faults.
    """
    if settings.mode is Mode.PRODUCTION:
        checks = (_server("KETEN_TEMPORAL_ADDRESS", settings.temporal_address), _directory(settings), _tls(settings))
        _refuse([fault for check in checks for fault in check])


def refuse_defaults_of_post_office(settings: Settings, slug: str) -> None:
    """The same for a post office, which needs all but Temporal and its clocks.

    Raises:
        NotForProduction: With all faults.
    """
    if settings.mode is Mode.PRODUCTION:
        checks = (_server("KETEN_NATS_URL", settings.nats_url), _directory(settings), _tls(settings), _key_service(settings))
        more = (_collector(settings), _key_files(settings), _databases(settings, slug), _passwords(settings))
        _refuse([fault for check in (*checks, *more) for fault in check])


def refuse_embedded(settings: Settings) -> None:
    """Start no embedded servers, and make no certificates, in production.

    Raises:
        NotForProduction: It is production.
    """
    if settings.mode is Mode.PRODUCTION:
        raise NotForProduction(
            "KETEN_MODE is production, where there are no embedded servers, no demo and no test authority: start `keten worker` "
            "with the servers and certificates of production, or leave KETEN_MODE out to try something"
        )


def faults(settings: Settings, slug: str | None = None) -> list[str]:
    """Everything that is not fit for production, each with what to do; nothing secret is repeated."""
    checks: tuple[Callable[[Settings], Iterator[str]], ...] = (
        _servers,
        _directory,
        _clocks,
        _tls,
        _key_service,
        _collector,
        _key_files,
    )
    found = [fault for check in checks for fault in check(settings)]
    return [*found, *_databases(settings, slug), *_passwords(settings)]


def _refuse(found: list[str]) -> None:
    if found:
        listed = "\n".join(f"- {fault}" for fault in found)
        raise NotForProduction(f"KETEN_MODE is production, so this does not start:\n{listed}")


def _servers(settings: Settings) -> Iterator[str]:
    yield from _server("KETEN_NATS_URL", settings.nats_url)
    yield from _server("KETEN_TEMPORAL_ADDRESS", settings.temporal_address)


def _server(name: str, value: str | None) -> Iterator[str]:
    if value is None:
        yield f"{name} is not set: name the server of production"
    elif any(_host(part) in LOOPBACK for part in value.split(",")):
        yield f"{name} names this machine, where embedded servers listen: name the server of production by its host name"


def _directory(settings: Settings) -> Iterator[str]:
    if settings.directory.resolve() == EMBEDDED.resolve():
        yield "KETEN_DIRECTORY is not set, so the packaged example would be used: name the file with your agencies"
    try:
        directory = read_directory(settings.directory)
    except (OSError, ValueError):
        yield f"{settings.directory} cannot be read as a directory: `keten agencies` says why"
        return
    invented = [agency.slug for agency in directory.agencies if agency.oin.startswith(TEST_OIN)]
    if invented:
        yield f"{settings.directory}: test identification numbers ({TEST_OIN}...): give the real ones of {', '.join(invented)}"


def _clocks(settings: Settings) -> Iterator[str]:
    if settings.clocks is None:
        return
    try:
        clocks = read_clocks(settings.clocks)
    except (OSError, ValueError):
        yield f"{settings.clocks} cannot be read as clocks: mend it, or leave KETEN_CLOCKS out"
        return
    short = [name for name in Clocks.model_fields if (getattr(clocks, name).exact or SHORTEST_CLOCK) < SHORTEST_CLOCK]
    if short:
        yield f"{settings.clocks}: clocks of a demonstration ({', '.join(short)} below a minute): set the terms of production"


def _tls(settings: Settings) -> Iterator[str]:
    files = named_by(settings)
    if files is None:
        yield "KETEN_TLS_CA, KETEN_TLS_CERT and KETEN_TLS_KEY are not set: name the three files of this process"
        return
    if is_for_tests(files.ca):
        yield f"{files.ca} is a test authority that Keten made: use your own"
    try:
        files.check()
    except KeyFileError as error:
        yield str(error)


def _key_service(settings: Settings) -> Iterator[str]:
    if settings.key_service_url is None or settings.key_service_token is None:
        yield "KETEN_KEY_SERVICE_URL and KETEN_KEY_SERVICE_TOKEN are not both set: keep agencies' keys in a key service"
    if settings.key_service_url and urlsplit(settings.key_service_url).scheme != "https":
        yield "KETEN_KEY_SERVICE_URL does not begin with https: keys of cases would cross the network readable"


def _collector(settings: Settings) -> Iterator[str]:
    if settings.otlp_endpoint and urlsplit(settings.otlp_endpoint).scheme != "https":
        yield "KETEN_OTLP_ENDPOINT does not begin with https: who told whom of which case would cross the network readable"


def _key_files(settings: Settings) -> Iterator[str]:
    token = [settings.key_service_token] if settings.key_service_token else []
    files = sorted(path for path in settings.keys.rglob("*") if path.is_file())
    for path in (*files, *token):
        try:
            read_private(path)
        except (KeyFileError, OSError) as error:
            yield str(error)


def _databases(settings: Settings, slug: str | None) -> Iterator[str]:
    yield from _database("KETEN_CASE_KEYS_URL", settings.case_keys_url)
    own = {
        "KETEN_PROCESSING_LOG_URL": settings.processing_log_url,
        "KETEN_AUDIT_URL": settings.audit_url,
        "KETEN_CONSOLE_URL": settings.console_url,
        "KETEN_POST_OFFICE_URL": settings.post_office_url,
    }
    for name, text in own.items():
        if text:  # else files of this agency's own, in a place that is backed up
            yield from _database(name, text)
    if settings.registry_url or slug is None or _is_registry(settings, slug):
        yield from _database("KETEN_REGISTRY_URL", settings.registry_url)


def _database(name: str, text: str | None) -> Iterator[str]:
    url = _parsed(text) if text else None
    if url is None or url.drivername != "postgresql+psycopg":
        yield f"{name} names no PostgreSQL database, so a SQLite file would hold what must not be lost: postgresql+psycopg://..."
    elif url.query.get("sslmode") != "verify-full":
        yield f"{name} does not check whom it speaks to: add sslmode=verify-full and sslrootcert=FILE"


def _passwords(settings: Settings) -> Iterator[str]:
    """Whoever sees a process on its machine sees its settings; the bus and the key service need nothing of the kind."""
    for name, url in (("KETEN_NATS_URL", settings.nats_url), ("KETEN_KEY_SERVICE_URL", settings.key_service_url)):
        if url and any(urlsplit(part).username is not None for part in url.split(",")):
            yield f"{name} holds a user or a password: take it out, a key and a certificate say who this is"
    databases = {
        "KETEN_REGISTRY_URL": settings.registry_url,
        "KETEN_CASE_KEYS_URL": settings.case_keys_url,
        "KETEN_PROCESSING_LOG_URL": settings.processing_log_url,
        "KETEN_AUDIT_URL": settings.audit_url,
        "KETEN_CONSOLE_URL": settings.console_url,
        "KETEN_POST_OFFICE_URL": settings.post_office_url,
    }
    for name, url in databases.items():
        parsed = _parsed(url) if url else None
        if parsed and (parsed.password is not None or "password" in parsed.query):
            yield f"{name} holds a password: put it into a pass file (passfile=FILE), or use a certificate (sslcert, sslkey)"


def _is_registry(settings: Settings, slug: str) -> bool:
    try:
        return read_directory(settings.directory).get(slug).kind is AgencyKind.REGISTRY
    except (OSError, ValueError, LookupError):
        return True


def _host(address: str) -> str | None:
    return urlsplit(address if "://" in address else f"//{address}").hostname


def _parsed(text: str) -> URL | None:
    try:
        return make_url(text)
    except ArgumentError:
        return None
