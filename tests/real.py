"""Settings that are fit for production, so that a test can spoil one of them."""

from pathlib import Path
from typing import Any

from contracts.agencies import EMBEDDED, read_directory
from runtime.settings import Mode, Settings
from runtime.tls.authority import Authority

NOT_FOR_TESTS = "00000000"
"""Begins an identification number that is nobody's, and is not one for tests."""


class Real:
    """A home as a worker of production has it, and its settings."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.directory = home / "agencies.toml"
        self.directory.write_text(EMBEDDED.read_text().replace("00000099", NOT_FOR_TESTS))
        directory = read_directory(self.directory)
        almere = directory.model_copy(update={"agencies": (directory.get("almere"),)})
        Authority(home / "tls", title="An authority").certify(almere)
        (home / "keys").mkdir()
        for path in (home / "keys" / "almere.worker.nk", home / "token"):
            path.touch(mode=0o600)
            path.write_text("not empty")
        database = f"db:5432/some?sslmode=verify-full&sslrootcert={home}/tls/ca.crt&passfile={home}/pgpass"
        self.fields: dict[str, Any] = {
            "mode": Mode.PRODUCTION,
            "home": home,
            "directory": self.directory,
            "nats_url": "tls://nats-1:4222,tls://nats-2:4222",
            "temporal_address": "temporal:7233",
            "tls_ca": home / "tls" / "ca.crt",
            "tls_cert": home / "tls" / "almere.crt",
            "tls_key": home / "tls" / "almere.key",
            "registry_url": f"postgresql+psycopg://keten@{database}",
            "case_keys_url": f"postgresql+psycopg://{{agency}}@{database}",
            "key_service_url": "https://key-service:8200",
            "key_service_token": home / "token",
        }

    def settings(self, **changes: Any) -> Settings:
        """The settings, with some of them changed."""
        return Settings(**{**self.fields, **changes})

    @property
    def variables(self) -> dict[str, str]:
        """The same as a process gets them."""
        return {f"KETEN_{name.upper()}": str(value) for name, value in self.fields.items()}
