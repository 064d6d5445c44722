"""Whoever declines a case because it belongs to another region tells the desk which, if that is known."""

import pytest

from contracts.commands import DeclineCase
from contracts.events.signals import CaseDeclined
from contracts.words import NotOurs
from tests.workflows.conftest import Staged
from tests.workflows.ways import DESK, WAYS, walk

ZWOLLE = "GM0193"


@pytest.mark.parametrize("municipality", [None, ZWOLLE])
async def test_the_desk_hears_where_the_person_stays(stage: Staged, municipality: str | None) -> None:
    case = await walk(stage, WAYS["Case", "offered"])
    await case.decide(DeclineCase(reason=NotOurs.OTHER_REGION, municipality=municipality))
    await case.handle.result()
    assert await case.sent(CaseDeclined) == [(DESK, CaseDeclined(reason=NotOurs.OTHER_REGION, municipality=municipality))]


@pytest.mark.parametrize(
    ("reason", "municipality", "words"),
    [
        (NotOurs.KNOWN_ALREADY, ZWOLLE, "only where the case belongs to another region"),
        (NotOurs.OTHER_REGION, "GM9999", "CBS code"),
    ],
)
async def test_what_the_desk_would_refuse_is_not_decided(stage: Staged, reason: NotOurs, municipality: str, words: str) -> None:
    """Else the case would be declined here, and nobody else would be asked."""
    case = await walk(stage, WAYS["Case", "offered"])
    assert words in await case.refused(DeclineCase(reason=reason, municipality=municipality))
    assert await case.phase() == "offered"
