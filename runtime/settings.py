"""What an installation may set: read once, from variables that begin with ``KETEN_``."""

import os
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.agencies import EMBEDDED
from runtime.web_address import https_or_loopback, origin

PREFIX = "KETEN_"
Secure = Annotated[str, AfterValidator(https_or_loopback)]


def _sqlite(file: Path) -> str:
    """The URL of a database file; what a name may hold and a URL means otherwise is quoted: ``?``, ``#``, ``%``."""
    from sqlalchemy import URL  # noqa: PLC0415 - most of what reads settings opens no database

    return URL.create("sqlite", database=str(file)).render_as_string()


class Mode(StrEnum):
    """For what an installation is meant."""

    EMBEDDED = "embedded"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    mode: Mode = Field(default=Mode.EMBEDDED, description="production refuses embedded defaults: runtime/servers/production.py")
    home: Path = Field(default=Path(".keten"), description="where keys, data and logs of an embedded installation stand")
    directory: Path = Field(default=EMBEDDED, description="the TOML file that says which agencies take part")
    published_keys: Path | None = Field(
        default=None, description="the directory with every agency's public keys for events; none: one under home"
    )
    clocks: Path | None = Field(default=None, description="a TOML file with other terms than the defaults")
    nats_url: str | None = Field(default=None, description="the bus, its nodes separated by commas; none: the embedded one")
    temporal_address: str | None = Field(default=None, description="the Temporal frontend; none: the embedded one")
    tls_ca: Path | None = Field(default=None, description="PEM: the authority that certifies the servers that the settings name")
    tls_cert: Path | None = Field(default=None, description="PEM: the certificate that this process shows them")
    tls_key: Path | None = Field(default=None, description="PEM: the private key of that certificate, mode 0600")
    nats_port: int = Field(default=0, ge=0, le=65535, description="port of the embedded bus; 0: a free one")
    temporal_port: int = Field(default=0, ge=0, le=65535, description="port of the embedded Temporal; 0: a free one")
    ui_port: int = Field(default=0, ge=0, le=65535, description="port of the embedded Temporal UI; 0: a free one")
    registry_url: str | None = Field(default=None, description="SQLAlchemy URL of the registry; none: a file under home")
    case_keys_url: str | None = Field(
        default=None, description="SQLAlchemy URL of the keys of cases, {agency} in it; none: a file per agency under home"
    )
    processing_log_url: str | None = Field(
        default=None, description="SQLAlchemy URL of the processing logs, {agency} in it; none: a file per agency under home"
    )
    otlp_endpoint: str | None = Field(
        default=None, pattern=r"^https?://", description="where processing logs are exported to over OTLP; none: they are not"
    )
    audit_url: str | None = Field(
        default=None,
        pattern=r"\{agency\}",
        description="SQLAlchemy URL of the audit logs, {agency} in it; none: a file per agency under home",
    )
    person: str | None = Field(default=None, description="who works at this console, one of the people whose keys lie under home")
    person_key: Path | None = Field(default=None, description="the key file of the person who works at this console")
    key_service_url: str | None = Field(
        default=None, description="a key service with Vault's transit API that holds agencies' keys; none: files under home"
    )
    key_service_token: Path | None = Field(default=None, description="the file with this process's token at the key service")
    oidc_issuer: Secure | None = Field(default=None, description="who signs the tokens of people that the codec server reads to")
    oidc_audience: str | None = Field(default=None, min_length=1, description="what `aud` of such a token must name")
    codec_ui_origin: Annotated[str, AfterValidator(origin)] | None = Field(
        default=None, description="the Temporal UI that the codec server answers; none: the embedded one"
    )
    codec_port: int = Field(default=8234, ge=0, le=65535, description="port of the codec server; 0: a free one")
    codec_endpoint: Secure | None = Field(
        default=None, description="the codec server's address as the embedded Temporal UI is told; none: the UI shows ciphertext"
    )
    console_port: int = Field(default=8235, ge=0, le=65535, description="port of the web console; 0: a free one")
    console_origin: Annotated[Secure, AfterValidator(origin)] | None = Field(
        default=None, description="the address of the web console as browsers see it; none: where it listens"
    )
    console_client_id: str = Field(
        default="keten-console", min_length=1, max_length=200, description="what the issuer calls the web console"
    )
    console_client_secret: Path | None = Field(
        default=None, description="the file with the web console's secret at the issuer, mode 0600; none: it is a public client"
    )
    console_client_key: Path | None = Field(
        default=None,
        description="the file with the key by which the web console is known there (JWK, mode 0600), in place of a secret",
    )
    console_url: str | None = Field(
        default=None, description="SQLAlchemy URL of the web console's sessions and drafts; none: a file under home"
    )
    post_office_url: str | None = Field(
        default=None,
        pattern=r"\{agency\}",
        description="SQLAlchemy URL of the books of post offices, {agency} in it; none: a file per agency under home",
    )
    post_office_rows: int = Field(
        default=5_000_000, ge=10, description="events in the book of a post office, at most; then it takes no more"
    )
    post_office_bytes: int = Field(
        default=20 * 1024**3, ge=10_000, description="bytes of content in the book of a post office, at most"
    )
    post_office_days: float = Field(
        default=90.0, gt=0, description="days after which content that all readers have acknowledged leaves that book"
    )
    gap_patience: float = Field(
        default=45.0, ge=0, description="seconds that a later event waits for an earlier one, before that counts as lost"
    )
    confirm_pause: float = Field(
        default=10.0, gt=0, description="seconds between two looks for events that a recipient's office has not confirmed"
    )
    silence_patience: float = Field(
        default=900.0, gt=0, description="seconds that an office may leave such a question without answer, before a person hears"
    )
    watch_pause: float = Field(
        default=10.0, gt=0, description="seconds between two looks of an office at what stands still, fills up or is gone"
    )
    terms_pause: float = Field(
        default=3600.0, gt=0, description="seconds between two looks of an office whether the term of an ended file is over"
    )
    processes: int = Field(
        default=0,
        ge=0,
        le=64,
        description="among how many processes `keten up` divides the offices; 0: one for two cores",
    )
    inbox_loops: int = Field(default=4, ge=1, le=64, description="events of one sender that an inbox takes at a time")
    opening_rate: float = Field(
        default=0.5,
        gt=0,
        le=1000,
        description="events of one sender that open a file and that an inbox takes in a second; 40 times as many at once",
    )
    webhook_hosts: str = Field(
        default="",
        max_length=10_000,
        description="hosts at which a post office may call webhooks, as `host` or `host=10.1.0.0/16|10.2.0.0/16`, commas between",
    )
    webhook_ca: Path | None = Field(
        default=None, description="PEM: the authorities that a post office believes when it calls webhooks; none: the system's"
    )
    webhook_cert: Path | None = Field(default=None, description="PEM: the certificate that a post office shows to webhooks")
    webhook_key: Path | None = Field(default=None, description="PEM: the private key of that certificate, mode 0600")
    log_json: bool = Field(default=False, description="logs as JSON, one event per line")

    key_overlap: float = Field(
        default=7.0, gt=0, le=3650, description="days for which an agency's older keys for events stay valid beside a new one"
    )
    key_age: float = Field(
        default=7.0, gt=0, le=3650, description="days after which an office gives its agency new keys for events"
    )

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        given = {"KETEN_TLS_CA": self.tls_ca, "KETEN_TLS_CERT": self.tls_cert, "KETEN_TLS_KEY": self.tls_key}
        missing = [name for name, path in given.items() if path is None]
        if missing and len(missing) < len(given):
            raise ValueError(f"{', '.join(missing)} is not set: TLS needs {', '.join(given)}, all three or none")
        return self

    @property
    def servers_elsewhere(self) -> bool:
        """Whether the settings name the servers; else they are the embedded ones of this home."""
        return bool(self.nats_url and self.temporal_address)

    @property
    def tls_dir(self) -> Path:
        """Where certificates of an embedded installation stand, and those of agencies that share a process."""
        return self.home / "tls"

    @property
    def keys(self) -> Path:
        """The directory with every key."""
        return self.home / "keys"

    @property
    def public_keys(self) -> Path:
        """The directory with every agency's public keys for events, one JWK set each."""
        return self.published_keys or self.home / "public-keys"

    def case_keys(self, agency: str) -> str:
        """The SQLAlchemy URL of an agency's database of case keys; it has backups of its own."""
        file = self.home.absolute() / "case-keys" / f"{agency}.db"
        return self.case_keys_url.format(agency=agency) if self.case_keys_url else _sqlite(file)

    def processing_log(self, agency: str) -> str:
        """The SQLAlchemy URL of an agency's processing log."""
        file = self.home.absolute() / "processing-log" / f"{agency}.db"
        return self.processing_log_url.format(agency=agency) if self.processing_log_url else _sqlite(file)

    def post_office(self, agency: str) -> str:
        """The SQLAlchemy URL of the book of an agency's post office."""
        file = self.home.absolute() / "post-office" / f"{agency}.db"
        return self.post_office_url.format(agency=agency) if self.post_office_url else _sqlite(file)

    @property
    def people(self) -> Path:
        """The directory with the keys of people, and each agency's list of its people."""
        return self.home / "people"

    @property
    def audit_dir(self) -> Path:
        """Where the audit logs of an embedded installation stand, and the newest head of every log."""
        return self.home / "audit"

    def audit(self, agency: str) -> str:
        """The SQLAlchemy URL of an agency's audit log."""
        file = self.audit_dir.absolute() / f"{agency}.db"
        return self.audit_url.format(agency=agency) if self.audit_url else _sqlite(file)

    @property
    def nats_dir(self) -> Path:
        """Where the embedded bus stores its streams."""
        return self.home / "nats"

    @property
    def nats_config(self) -> Path:
        """The generated configuration of the embedded bus; it includes a key by a path relative to itself."""
        return self.home / "nats.conf"

    @property
    def temporal_db(self) -> Path:
        """The database of the embedded Temporal server."""
        return self.home / "temporal.db"

    @property
    def logs_dir(self) -> Path:
        """Where the embedded servers write their logs."""
        return self.home / "logs"

    @property
    def running_file(self) -> Path:
        """Addresses and process ids while the embedded servers run."""
        return self.home / "running.json"

    @property
    def ports_file(self) -> Path:
        """The ports of the last run, so that addresses stay the same when they are still free."""
        return self.home / "ports.json"

    @property
    def lock_file(self) -> Path:
        """Locked by whoever runs the embedded servers on this home."""
        return self.home / "lock"

    @property
    def console(self) -> str:
        """The SQLAlchemy URL of the web console's sessions and drafts; what was typed is encrypted there."""
        return self.console_url or _sqlite(self.home.absolute() / "console.db")

    @property
    def registry(self) -> str:
        """The SQLAlchemy URL of the registry's database."""
        return self.registry_url or _sqlite(self.home.absolute() / "registry.db")


def load_settings() -> Settings:
    """The settings of this process, out of its environment.

    Raises:
        ValueError: A variable is wrong, or begins as ours do and is none of them: perhaps one that was misspelt.
    """
    ours = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in ours):
        meant = get_close_matches(name.upper(), ours, n=1, cutoff=0.8)
        raise ValueError(f"{name} is no setting of Keten: {f'did you mean {meant[0]}?' if meant else 'unset it'}")
    return Settings()
