"""An alarm of a crisis names the duty officer of the agency, as the directory says when it is raised."""

from structlog.testing import capture_logs

from contracts.agencies import read_directory
from contracts.alarms import Alarm
from runtime.logs import ALLOWED
from runtime.office.pager import LogPager

ALARM = Alarm(agency="coordinator-almere", reference=None, words="an example")


async def test_in_a_crisis_the_duty_officer_is_called_and_otherwise_whoever_works_there() -> None:
    pager = LogPager(read_directory())
    with capture_logs() as said:
        await pager.page(ALARM.model_copy(update={"crisis": True}))
        await pager.page(ALARM)
    assert [line.get("duty_officer") for line in said] == ["duty-officer", None]
    assert "duty_officer" in ALLOWED
