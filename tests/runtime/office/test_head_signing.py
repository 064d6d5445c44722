"""The head of an audit log is signed beside an office; whatever goes wrong there, the office goes on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from runtime.audit.entry import Act, Action
from runtime.audit.head import HeadFile
from runtime.audit.log import AuditLog
from runtime.audit.store import AuditStore
from runtime.keys.signatures import KeyFileSigner
from runtime.office.head_signing import heads_signed
from tests.installed import eventually

SLUG = "almere"


class NoKey:
    """A signer whose key is gone."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        raise RuntimeError("no key")

    def verify(self, token: str) -> dict[str, Any]:
        raise RuntimeError("no key")


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(AuditStore(SLUG, f"sqlite:///{tmp_path}/{SLUG}.db"), HeadFile(tmp_path / f"{SLUG}.head"))


@pytest.fixture
def signer(tmp_path: Path) -> KeyFileSigner:
    return KeyFileSigner(tmp_path / "keys" / f"{SLUG}.audit.jwk", f"{SLUG}.audit")


async def logged(lines: list[EventDict], name: str) -> EventDict:
    async def there() -> bool:
        return any(line["event"] == name for line in lines)

    await eventually(there)
    return next(line for line in lines if line["event"] == name)


async def test_at_opening_the_head_is_signed_and_its_number_leaves_the_database(log: AuditLog, signer: KeyFileSigner) -> None:
    for _ in range(3):
        await log.append(Act(person="c-17", action=Action.READ))
    with capture_logs() as lines:
        async with heads_signed(log, signer):
            line = await logged(lines, "audit_head_signed")
    assert (line["agency"], line["count"]) == (SLUG, 3)
    [head] = log.store.heads()
    assert signer.verify(head.token)["hash"] == list(log.store.entries())[-1].hash
    with capture_logs() as lines:
        async with heads_signed(log, signer):
            pass
    assert lines == []


async def test_whatever_goes_wrong_the_office_goes_on(log: AuditLog, tmp_path: Path, signer: KeyFileSigner) -> None:
    await log.append(Act(person="c-17", action=Action.READ))
    (tmp_path / "file").write_text("")
    nowhere = AuditLog(AuditStore(SLUG, f"sqlite:///{tmp_path}/file/some.db"), HeadFile(tmp_path / "other.head"))
    for audit, with_signer in ((log, NoKey()), (nowhere, signer)):
        with capture_logs() as lines:
            async with heads_signed(audit, with_signer):
                line = await logged(lines, "audit_head_not_signed")
        assert (line["agency"], line["log_level"]) == (SLUG, "error")
