"""What can be chosen in a form follows from the file."""

from datetime import date

from console.forms.fields import Option
from console.web.choosing import REQUEST, WITHOUT_PLACE, Choosing
from contracts.agencies import read_directory
from contracts.views import FileView, StoryLine, TrackView
from tests.console.web.doubles import NOW, OWNER, a_case
from workflows.case.referral import REFERRAL

CHOOSING = Choosing(read_directory())


def request(number: int | None, phase: str, title: str = "cosm help") -> TrackView:
    return TrackView(title=title, name=REQUEST, phase=phase, turn=OWNER, who=None, since=NOW, until=NOW, then=None, number=number)


def offered(view: FileView) -> list[tuple[Option, ...]]:
    choices = CHOOSING.about(view, date(2026, 3, 2), lambda text: f"in words: {text}")
    return [tuple(choices(model, "referral")) for model in ("GiveUp", "OfferAgain")]


def test_it_knows_the_track_by_its_name() -> None:
    assert REFERRAL.name == REQUEST
    there = {name for name, row in REFERRAL.states.items() if {"give_up", "offer_again"} & {*row.moves}}
    assert there == WITHOUT_PLACE


def test_a_request_is_chosen_by_its_own_number_and_not_by_that_of_an_offer() -> None:
    story = tuple(
        StoryLine(at=NOW, what="referral_offered", who=OWNER, facts={"to": "cosm-shelter", "referral": str(number)})
        for number in (1, 2, 3)
    )
    view = a_case(story=story, tracks=(request(1, "not_placed"), request(2, "offered", "womens_shelter help")))
    one = (Option("1", "1: in words: cosm help"),)
    assert offered(view) == [one, one]


def test_beside_a_waiting_list_others_can_be_asked() -> None:
    one = (Option("2", "2: in words: cosm help"),)
    assert offered(a_case(tracks=(request(2, "waitlisted"), request(3, "accepted")))) == [one, one]


def test_of_a_file_of_before_no_number_is_guessed() -> None:
    story = (StoryLine(at=NOW, what="referral_offered", who=OWNER, facts={"referral": "2"}),)
    assert offered(a_case(story=story, tracks=(request(None, "not_placed"),))) == [(), ()]


def test_what_is_observed_happens_where_a_riec_takes_part_and_a_person_stays_anywhere() -> None:
    choices = CHOOSING.about(a_case(), date(2026, 3, 2), str)
    observed, reported = (
        {option.value for option in choices(model, "municipality")} for model in ("Observation", "SignalReported")
    )
    assert "GM0995" in observed
    assert "GM0193" not in observed, "Zwolle: its RIEC does not take part"
    assert {"GM0995", "GM0193"} <= reported
