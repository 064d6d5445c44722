from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.clocks import UNITS, Clocks, read_clocks
from contracts.hours import ALWAYS, AMSTERDAM, DAYS, OFFICE, OpeningHours


def clocks(tmp_path: Path, text: str) -> Clocks:
    path = tmp_path / "clocks.toml"
    path.write_text(text)
    return read_clocks(path)


class TestHours:
    @pytest.mark.parametrize("written", ["always", "mon-fri 09:00-17:00", "tue-sat 08:30-23:59", "sun-sun 00:00-00:01"])
    def test_read_and_written(self, written: str):
        assert OpeningHours.model_validate(written).model_dump() == written

    @pytest.mark.parametrize(
        ("since", "until", "minutes"),
        [
            ("2031-03-07 16:50", "2031-03-10 09:05", 15),
            ("2031-03-07 16:50", "2031-03-07 16:59", 9),
            ("2031-03-07 03:00", "2031-03-07 23:00", 480),
            ("2031-03-08 09:00", "2031-03-09 17:00", 0),
            ("2031-03-13 12:00", "2031-03-17 12:00", 480),
            ("2031-03-07 17:00", "2031-03-07 09:00", 0),
        ],
    )
    def test_for_how_long_it_was_open(self, since: str, until: str, minutes: int):
        """Friday the 14th is a holiday."""
        begin, end = (datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM) for text in (since, until))
        assert OFFICE.open_for(begin, end, {date(2031, 3, 14)}) == timedelta(minutes=minutes)

    def test_who_is_always_open_has_no_days_off_and_a_day_has_its_hours(self):
        since, until = (datetime(2031, 3, day, 12, tzinfo=AMSTERDAM) for day in (29, 31))
        assert ALWAYS.open_for(since, until, {date(2031, 3, 30)}) == timedelta(hours=47), "the clock goes forward"

    def test_parts(self):
        hours = OpeningHours.model_validate("tue-sat 08:30-12:00")
        assert (hours.first_day, hours.last_day, hours.opens, hours.closes) == (1, 5, time(8, 30), time(12))

    def test_named(self):
        assert OpeningHours.model_validate("always") == ALWAYS
        assert OpeningHours.model_validate("mon-fri 09:00-17:00") == OFFICE

    @pytest.mark.parametrize("written", ["", "Always", "mon-fri 9:00-17:00", "ma-vr 09:00-17:00", "mon-fri 09:00-17:00 "])
    def test_not_in_this_form(self, written: str):
        with pytest.raises(ValidationError, match="are not 'always' or like 'mon-fri 09:00-17:00'"):
            OpeningHours.model_validate(written)

    @pytest.mark.parametrize("written", ["mon-fri 17:00-09:00", "mon-fri 09:00-09:00", "fri-mon 09:00-17:00"])
    def test_wrong_order(self, written: str):
        with pytest.raises(ValidationError, match="opens before it closes"):
            OpeningHours.model_validate(written)

    @pytest.mark.parametrize("written", ["mon-fri 25:00-26:00", "mon-fri 09:00-17:60"])
    def test_no_such_time(self, written: str):
        with pytest.raises(ValidationError, match="valid time"):
            OpeningHours.model_validate(written)

    @given(st.integers(0, 6), st.integers(0, 6), st.times(), st.times())
    def test_round_trip(self, first: int, last: int, opens: time, closes: time):
        written = f"{DAYS[first]}-{DAYS[last]} {opens:%H:%M}-{closes:%H:%M}"
        if first > last or f"{opens:%H:%M}" >= f"{closes:%H:%M}":
            with pytest.raises(ValidationError):
                OpeningHours.model_validate(written)
        else:
            hours = OpeningHours.model_validate(written)
            assert hours.model_dump() == written
            assert OpeningHours.model_validate_json(hours.model_dump_json()) == hours


class TestClocks:
    def test_without_a_file_the_defaults(self):
        assert read_clocks(None) == Clocks()

    def test_a_file_changes_only_what_it_names(self, tmp_path: Path):
        read = clocks(tmp_path, 'offer = "3 days"')
        assert str(read.offer) == "3 days"
        assert read.model_copy(update={"offer": Clocks().offer}) == Clocks()

    def test_every_clock_says_what_for_and_on_what_ground(self):
        for name, field in Clocks.model_fields.items():
            assert field.description, name
            assert any(mark in field.description for mark in ("LAW", "AGREEMENT", "DEFAULT", "OPEN")), name

    def test_round_trip(self):
        assert Clocks.model_validate_json(Clocks().model_dump_json()) == Clocks()

    @given(st.integers(0, 10_000), st.sampled_from(UNITS))
    def test_any_term(self, amount: int, unit: str):
        written = f"{amount} {unit}{'' if amount == 1 else 's'}"
        term = Clocks.model_validate({"offer": written}).offer
        assert str(term) == written
        assert (term.exact is None) == (unit in {"working day", "month"})

    def test_exact_span(self):
        assert Clocks().first_contact_crisis.exact == timedelta(hours=4)

    @pytest.mark.parametrize("written", ["1 working day", "2 months"])
    def test_a_crisis_knows_no_calendar(self, tmp_path: Path, written: str):
        with pytest.raises(ValueError, match=r"triage_crisis = .*: a crisis goes on around the clock; write hours or minutes"):
            clocks(tmp_path, f'triage_crisis = "{written}"')
        assert str(clocks(tmp_path, 'triage_crisis = "2 hours"').in_crisis("triage")) == "2 hours"

    def test_each_term_of_a_crisis_is_shorter_and_belongs_to_a_clock(self):
        usual = Clocks()
        for name in Clocks.model_fields:
            crisis = usual.in_crisis(name)
            if crisis is not None:
                exact = getattr(usual, name).exact
                assert crisis.exact is not None
                assert exact is None or crisis.exact < exact
            if name.endswith("_crisis"):
                assert name.removesuffix("_crisis") in Clocks.model_fields
        assert usual.in_crisis("closing") is None

    @pytest.mark.parametrize("written", ["soon", "4", "4 weeks", "1.5 days", "days 4", "4 days ", "4 days\n", "\u0664 days"])
    def test_wrong_term(self, tmp_path: Path, written: str):
        with pytest.raises(ValueError, match="is not a term: write an amount and one of second, minute") as caught:
            clocks(tmp_path, f"offer = {written!r}" if "\n" not in written else 'offer = "4 days\\n"')
        assert "offer" in str(caught.value)

    def test_wrong_name(self, tmp_path: Path):
        with pytest.raises(ValueError, match=r"no such clock: lunch; known are .*acceptance") as caught:
            clocks(tmp_path, 'lunch = "1 hour"')
        assert "clocks.toml" in str(caught.value)

    def test_a_number_without_a_unit(self, tmp_path: Path):
        with pytest.raises(ValidationError, match="offer"):
            clocks(tmp_path, "offer = 4")


LOOSER = [
    ("child_safety", "6 working days"),
    ("child_safety", "6 days"),
    ("child_safety", "1 month"),
    ("child_safety_crisis", "61 minutes"),
    ("child_inquiry", "71 days"),
    ("child_inquiry", "3 months"),
    ("child_inquiry", "10 working days"),
    ("access", "2 months"),
    ("erasure_receipts", "29 days"),
]
AS_STRICT = [
    ("child_safety", "5 working days"),
    ("child_safety", "5 days"),
    ("child_safety", "1 hour"),
    ("child_safety_crisis", "60 minutes"),
    ("child_inquiry", "70 days"),
    ("child_inquiry", "2 months"),
    ("access", "28 days"),
    ("triage", "6 working days"),
    ("child_review", "12 months"),
]


@pytest.mark.parametrize(("name", "term"), LOOSER)
def test_no_setting_loosens_a_term_of_the_law(tmp_path: Path, name: str, term: str):
    with pytest.raises(ValueError, match=rf"clocks\.toml: {name} = '{term}': the law allows .* at most"):
        clocks(tmp_path, f'{name} = "{term}"\n')


@pytest.mark.parametrize(("name", "term"), AS_STRICT)
def test_a_setting_may_be_stricter_than_the_law_and_sets_what_is_not_in_it(tmp_path: Path, name: str, term: str):
    assert str(getattr(clocks(tmp_path, f'{name} = "{term}"\n'), name)) == term


@pytest.mark.parametrize("term", ["0 hours", "0 working days", "361 months", "9999999 months", "99999999999 seconds"])
def test_a_term_that_rings_without_end_or_never_is_refused_at_the_start(tmp_path: Path, term: str):
    path = tmp_path / "clocks.toml"
    path.write_text(f'offer = "{term}"\n')
    with pytest.raises(ValueError, match=rf"clocks\.toml: offer = '{term}': write 1 to [0-9]+ "):
        read_clocks(path)


def test_a_file_of_clocks_may_begin_with_a_byte_order_mark(tmp_path: Path):
    path = tmp_path / "clocks.toml"
    path.write_text('\ufeffoffer = "360 months"\n')
    assert str(read_clocks(path).offer) == "360 months"
    path.write_text("offer\n")
    with pytest.raises(ValueError, match=r"clocks\.toml: not TOML"):
        read_clocks(path)
