"""A script is read strictly: a mistake in it is known before anything is started."""

from pathlib import Path

import pytest

from console.sandbox.cast import Cast, cast
from console.sandbox.script import USUAL, Script, filled, read_script
from contracts.agencies import Directory
from contracts.words import AgencyKind

ROOT = Path(__file__).parents[3]
GOOD = """
[begin]
reporter = ["signals.received"]
[[when]]
event = "referrals.offered"
at = "cosm-shelter"
steps = [{ decide = "decline_offer", after = "2 seconds", with = { reason = "full" } }]
"""


@pytest.fixture
def who(directory: Directory) -> Cast:
    return cast(directory, directory.get("womens-shelter"))


@pytest.mark.parametrize("slug", ["womens-shelter", "police-midden-nederland", "lelystad", "comensha", "flevoland"])
@pytest.mark.parametrize("path", [USUAL, *sorted((ROOT / "infra" / "sandbox").glob("*.toml"))], ids=lambda path: path.stem)
def test_every_script_that_comes_along_is_good_for_everybody(path: Path, slug: str, directory: Directory) -> None:
    assert read_script(path, directory, cast(directory, directory.get(slug))).when


def test_a_good_script(tmp_path: Path, directory: Directory, who: Cast) -> None:
    path = tmp_path / "script.toml"
    path.write_text(GOOD)
    script = read_script(path, directory, who)
    assert script.when[0].steps[0].seconds == 2
    assert script.begin == {AgencyKind.REPORTER: ("signals.received",)}


BAD = {
    "not TOML": ("[[when", "not TOML"),
    "an unknown table": ("[other]\na = 1", "other"),
    "an unknown field": (GOOD.replace("event =", "evnt ="), "evnt"),
    "an unknown event": (GOOD.replace("referrals.offered", "referrals.ofered"), "did you mean"),
    "an unknown agency": (GOOD.replace("cosm-shelter", "cosm-sheltre"), "neither an agency"),
    "an event that is never heard there": (GOOD.replace("cosm-shelter", "flevoland"), "never heard at flevoland"),
    "an unknown decision": (GOOD.replace("decline_offer", "decline_ofer"), "no decision"),
    "a decision that is not whole": (GOOD.replace('with = { reason = "full" }', "with = {}"), "reason"),
    "content that nobody would read": (GOOD.replace("reason =", "reasn ="), "reasn"),
    "content that software decides": (GOOD.replace('"full"', '"expired"'), "decline_offer"),
    "what two persons sign": (
        GOOD.replace("decline_offer", "confirm_erasure").replace("referrals.offered", "erasures.requested"),
        "two persons",
    ),
    "no term": (GOOD.replace("2 seconds", "soon"), "not a term"),
    "a term of the calendar": (GOOD.replace("2 seconds", "2 working days"), "at most one hour"),
    "a term that is too long": (GOOD.replace("2 seconds", "2 hours"), "at most one hour"),
    "no steps": (GOOD[: GOOD.index("steps")] + "steps = []", "steps"),
    "an unknown word": (GOOD.replace('"full"', '"$fulll"'), "no word of a script"),
    "a kind that never hears what begins": (GOOD.replace("signals.received", "referrals.offered"), "never heard by a reporter"),
    "an event that nobody knows begins": (GOOD.replace("signals.received", "signals.recived"), "did you mean"),
    "too large": ("#" * 300_000, "256 KB"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=list(BAD))
def test_a_bad_script_is_refused_in_words(text: str, words: str, tmp_path: Path, directory: Directory, who: Cast) -> None:
    path = tmp_path / "script.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"script\.toml") as refused:
        read_script(path, directory, who)
    assert words in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path, directory: Directory, who: Cast) -> None:
    with pytest.raises(ValueError, match="--script"):
        read_script(tmp_path / "none.toml", directory, who)


def test_words_are_filled_in_at_every_depth(who: Cast) -> None:
    assert filled({"a": ["$helper", "plain"], "b": {"c": "$own"}, "d": 1}, who.words) == {
        "a": ["womens-shelter", "plain"],
        "b": {"c": "womens-shelter"},
        "d": 1,
    }


def test_the_first_rule_that_fits_counts(directory: Directory, who: Cast) -> None:
    rules = [
        {"event": "referrals.offered", "at": "aid_organisation", "own": ["riec"], "steps": [{"decide": "see_offer"}]},
        {"event": "referrals.offered", "at": "cosm-shelter", "steps": [{"decide": "see_offer"}]},
        {"event": "referrals.offered", "at": "aid_organisation", "steps": [{"decide": "accept_offer"}]},
    ]
    script = Script.model_validate({"when": rules})
    offered = "nl.keten.referrals.offered.v1"
    at, riec = directory.get("cosm-shelter"), directory.get("riec-midden-nederland")
    assert script.fitting(offered, at, who.own) == 1
    assert script.fitting(offered, at, riec) == 0
    assert script.fitting(offered, directory.get("ambulatory-help"), who.own) == 2
    assert script.fitting(offered, directory.desk, who.own) is None
