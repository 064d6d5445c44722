"""What stands inside a file is said in words, names and moments; nothing is shown as a machine writes it."""

from datetime import UTC, datetime

from console.forms.fields import Field
from console.forms.leaf import Kind
from console.web.moments import Clock
from console.web.spoken import spoken
from console.web.told import Item, Saying, answers, told

NOW = datetime(2026, 11, 5, 22, 30, tzinfo=UTC)
CLOCK = Clock(spoken("nl"), "nl", NOW)


def as_it_is(_field: str, value: str) -> str:
    return value


SAYING = Saying(spoken("nl"), as_it_is, CLOCK)


def said(items: tuple[Item, ...]) -> dict[str, object]:
    """Labels, and what stands behind them."""
    return {item.label: said(item.items) if item.items else item.value or item.values for item in items}


def test_a_moment_is_one_of_amsterdam_and_not_as_a_machine_writes_it() -> None:
    found = said(told("referral_offered", {"answer_by": "2026-11-06T09:02:13Z"}, SAYING))
    assert found == {"Antwoord nodig vóór": "vr 6 nov 10:02"}


def test_days_and_moments_of_entries_are_too() -> None:
    data = {"told": [{"on": "2026-11-04T08:00:00Z"}], "kept_until": "2027-02-13"}
    text = str(said(told("disclosure_made", data, SAYING)))
    assert "2026-11" not in text
    assert "wo 4 nov 09:00" in text


def test_a_moment_of_what_no_model_knows_is_read_and_a_text_that_looks_like_one_is_not() -> None:
    assert said(told("of_a_later_version", {"from": "2026-11-06T09:02:13+00:00"}, SAYING)) == {"from": "vr 6 nov 10:02"}
    assert "2026-11-06T09:02:13Z" in str(said(told("record_intake", {"needs": "2026-11-06T09:02:13Z"}, SAYING)))


def test_who_reported_is_said_so_that_it_says_something() -> None:
    found = said(told("signal_routed", {"reported_by": "reporter"}, SAYING))
    assert found == {"Wat voor organisatie meldde": "Politie of andere melder"}


def test_what_was_typed_as_a_moment_is_read_back_as_one() -> None:
    fields = [
        Field("at", Kind.MOMENT, "At", value="2026-11-06T12:00+01:00"),
        Field("on", Kind.DAY, "On", value="2027-02-13"),
        Field("wrong", Kind.MOMENT, "Wrong", value="tomorrow"),
    ]
    found = said(answers(fields, spoken("nl"), CLOCK))
    assert found == {"At": "vr 6 nov 12:00", "On": "za 13 feb 2027", "Wrong": "tomorrow"}
