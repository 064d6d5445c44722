"""On every screen slugs, references and words stay whole; times have a date and a zone."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from console.commands.cases import table_of
from console.files import Found
from console.listing import Listing
from console.picture import state_table, story_table
from console.rows import Row
from console.screen import Screen
from console.times import ago, left, when
from contracts.agencies import read_directory
from contracts.views import FileView, StoryLine, TrackView

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
REFERENCE = "k0123456789abcdefghjkmnpq"
LONGEST = "coordinator-" + "abcdefg-" * 3 + "abcd"


def seen(what: object, width: int) -> str:
    screen = Screen(width=width, file=io.StringIO(), force_terminal=True, color_system=None)
    screen.print(what)
    return screen.file.getvalue()  # type: ignore[attr-defined]


def row(**fields: object) -> Row:
    usual = Row("cosm-shelter", f"case-{REFERENCE}", REFERENCE, "case", "triage", LONGEST, "Almere", NOW, "running", NOW)
    return usual._replace(**fields)


def found(*story: StoryLine, until: datetime = NOW, reminders: int = 0) -> Found:
    agency = read_directory().get("coordinator-almere").model_copy(update={"slug": LONGEST})
    track = TrackView(
        title="care case",
        phase="triage",
        turn=LONGEST,
        who="care coordinator",
        since=NOW,
        until=until,
        then="the coordinator is reminded",
        reminders=reminders,
    )
    view = FileView(
        reference=REFERENCE,
        kind="case",
        agency=LONGEST,
        region=None,
        responsible=LONGEST,
        track=track,
        tracks=(),
        alarms=(),
        story=story,
        choices=(),
    )
    return Found(agency, None, view)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_nothing_is_cut(width: int) -> None:
    assert len(LONGEST) == 40, "the longest that a slug may be"
    line = StoryLine(at=NOW, what="signal_reported", who=LONGEST, facts={"to": LONGEST})
    for table in (table_of([row()]), state_table([found()]), story_table([found(line)])):
        said = seen(table, width)
        assert LONGEST in said
        assert "…" not in said
        assert max(len(each) for each in said.splitlines()) <= width
    assert REFERENCE in seen(table_of([row()]), width)


@pytest.mark.parametrize("width", range(40, 130))
def test_at_no_width_a_word_is_broken_into_a_column(width: int) -> None:
    table = Listing("one", "two", "three", title="at every width")
    words = ["k0123456789abcdefghjkmnpq", "referrals.first-contact-made", "some words that may stand below each other"]
    table.add(*words)
    said = seen(table, width)
    assert "…" not in said
    for word in " ".join(words).split():
        assert word in said


def test_where_there_is_room_it_is_a_table() -> None:
    head = seen(table_of([row()]), 200).splitlines()[1]
    assert head.split() == ["case", "file", "phase", "turn", "of"]
    assert "turn of: " in seen(table_of([row()]), 60)


def test_a_moment_has_a_date_and_a_zone() -> None:
    assert when(NOW) == "2026-03-02 13:00:00 CET"
    assert when(NOW + timedelta(days=120)) == "2026-06-30 14:00:00 CEST"


def test_the_ends_of_time_are_moments_too() -> None:
    assert when(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)) == "9999-12-31 23:59:59 UTC"
    assert when(datetime(1, 1, 1, tzinfo=UTC)).endswith("01-01 00:00:00 UTC") or "CET" not in when(datetime(1, 1, 1, tzinfo=UTC))
    assert left(datetime.max.replace(tzinfo=UTC)).endswith(" d")
    assert ago(datetime.min.replace(tzinfo=UTC)).endswith(" ago")


def test_a_clock_that_ended_again_and_again_stands_once() -> None:
    ended = [StoryLine(at=NOW + timedelta(days=day), what="Case.triage.clock", who=LONGEST) for day in range(12)]
    other = StoryLine(at=NOW + timedelta(days=20), what="record_triage", who=LONGEST)
    after = StoryLine(at=NOW + timedelta(days=21), what="Case.triage.clock", who=LONGEST)
    said = seen(story_table([found(*ended, other, after)]), 200)
    assert "ended: reminded 12 times since 2026-03-02 13:00:00 CET, last at 2026-03-13 13:00:00 CET" in said
    assert said.count("the clock of Case.triage ended") == 2


def test_a_file_without_a_clock_between_others_is_drawn() -> None:
    row_at_the_end = row(deadline=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    said = seen(table_of([row_at_the_end, row(deadline=None)]), 200)
    assert "until 9999-12-31 23:59:59 UTC" in said
    assert said.count(REFERENCE) == 2


def test_a_request_for_help_is_told_by_its_number() -> None:
    file = found()
    track = file.view.track.model_copy(update={"title": "cosm help", "number": 2})
    view = file.view.model_copy(update={"tracks": (track,)})
    assert "cosm help 2" in seen(state_table([file._replace(view=view)]), 120)
