"""An office that lacks an activity which its workflows call does not open: files would wait for it, and nobody would know."""

from pathlib import Path

import pytest

from activities.alarm import Alarms
from activities.keeping import Keeping
from activities.linking import Linking
from activities.post import Post
from activities.routing import Routing
from tests.workers.few import few
from workers.capabilities import ActivityMissing, activities_of, called_by, refuse_incomplete
from workers.office import Office
from workflows.case.case import Case
from workflows.registration.process import Registration
from workflows.retention.process import Retention


def test_what_a_workflow_calls_is_found_in_its_own_modules_and_those_that_it_uses() -> None:
    assert {"find_help", "raise_alarm", "post", "keep_posting"} <= called_by(Case)
    assert {"record_report", "record_amendment"} <= called_by(Registration)
    assert {"look", "erase"} <= called_by(Retention)
    assert "find_help" not in called_by(Registration), "what another workflow calls is not asked for"


def test_what_is_missing_is_named_with_who_calls_it() -> None:
    provided = activities_of(Post, Alarms, Keeping)
    with pytest.raises(
        ActivityMissing, match="office of almere runs Case, which calls find_help, find_officer, refer_apart, and nobody provides"
    ):
        refuse_incomplete("almere", [Case], provided)
    refuse_incomplete("almere", [Case], [*provided, *activities_of(Routing, Linking)])


async def test_an_office_that_lacks_one_does_not_open(tmp_path: Path) -> None:
    async with few(tmp_path, ("signal-desk", "coordinator-almere", "comensha")) as installation:
        agency = installation.directory.get("coordinator-almere")
        lacking = Office(agency, installation, workflows=[Case], capabilities=[installation.alarms])
        with pytest.raises(ActivityMissing, match="find_help"):
            async with lacking.open():
                pass
