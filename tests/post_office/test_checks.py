"""What is said of a draft at the door: a code, and pointers to what is wrong; never a value."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from contracts.events.erasures import ErasureRequested
from contracts.events.registrations import RegistrationRequested
from contracts.events.signals import SignalReceived, SignalReported
from contracts.words import Ground
from post_office.checks import check
from post_office.ports import Draft, Refusal
from tests.bus_server import ALMERE, COORDINATOR, DESK, POLICE, REGISTRY
from tests.post_office.books import ATLAS, DIRECTORY

SECRET = "mark-of-a-person"
SIGNAL = {"municipality": "GM0995", "account": SECRET}


def _signal(**fields: Any) -> dict[str, Any]:
    return {"data": {"signal": SIGNAL | fields}}


class Bad(NamedTuple):
    """A draft, who hands it in, and what is said of it."""

    code: str
    pointers: list[str]
    change: dict[str, Any]
    me: str = POLICE
    type: str = SignalReported.rule.type
    data: Mapping[str, Any] = MappingProxyType({"signal": SIGNAL})


DRAFTS = {
    "a type that does not exist": Bad("type_unknown", ["/type"], {"type": "nl.keten.signals.imagined.v1"}),
    "what another kind sends": Bad("not_allowed", ["/type"], {}, "riec-midden-nederland"),
    "what the post office says itself": Bad("not_allowed", ["/type"], {"type": "nl.keten.deliveries.refused.v1"}),
    "what an agency tells itself": Bad("not_allowed", ["/type"], {"type": "nl.keten.files.ended.v1"}),
    "nobody of that name": Bad("recipient_unknown", ["/recipient"], {"recipient": "nobody"}),
    "who does not take it": Bad("not_allowed", ["/recipient"], {"recipient": ALMERE}),
    "several could take it": Bad("recipient_needed", ["/recipient"], {}, DESK, SignalReceived.rule.type, {"status": "closed"}),
    "a field missing": Bad("data_invalid", ["/data/signal/account"], {"data": {"signal": {"municipality": "GM0995"}}}),
    "a field too many": Bad("data_invalid", ["/data/signal/shoe_size"], _signal(shoe_size=SECRET)),
    "a name that says something": Bad("data_invalid", ["/data/signal"], {"data": {"signal": SIGNAL | {f"A {SECRET}": 1}}}),
    "a code that does not exist": Bad("data_invalid", ["/data/signal/urgency"], _signal(urgency=SECRET)),
    "hidden direction": Bad("unicode_unsafe", ["/data/signal/account"], {"data": {"signal": SIGNAL | {"account": "a\u202eb"}}}),
    "not JSON": Bad("data_invalid", ["/data"], {"data": {"signal": {SECRET}}}),
    "too deep": Bad("data_invalid", ["/data"], {"data": {"signal": [[[[[[[[[[[[[[[[[[[[[[SECRET]]]]]]]]]]]]]]]]]]]]]]}}),
    "no such municipality": Bad(
        "municipality_unknown", ["/data/signal/municipality"], {"data": {"signal": SIGNAL | {"municipality": "GM9999"}}}
    ),
    "no ground, where there are several": Bad("ground_needed", ["/ground"], {"ground": None}),
    "a ground that is not the event's": Bad("no_ground", ["/ground"], {"ground": Ground.CONSENT}),
    "a region that does not exist": Bad(
        "region_unknown",
        ["/data/care_region"],
        {},
        COORDINATOR,
        RegistrationRequested.rule.type,
        {"consented": False, "reported_by": "care_coordinator", "care_region": SECRET},
    ),
    "reported as another kind": Bad(
        "no_ground",
        ["/data"],
        {},
        COORDINATOR,
        RegistrationRequested.rule.type,
        {"consented": False, "reported_by": "reporter"},
    ),
}


@pytest.mark.parametrize("what", DRAFTS)
def test_what_is_wrong_is_said_with_a_code_and_pointers(what: str) -> None:
    bad = DRAFTS[what]
    draft = Draft("one", bad.type, dict(bad.data), Ground.LEGAL_TASK)._replace(**bad.change)
    with pytest.raises(Refusal) as refused:
        check(draft, DIRECTORY.get(bad.me), DIRECTORY, ATLAS)
    assert (refused.value.code, list(refused.value.pointers)) == (bad.code, bad.pointers)
    assert SECRET not in f"{refused.value!r}{refused.value.words}{refused.value.pointers}"


def test_who_alone_can_take_it_need_not_be_named_and_the_only_ground_not_either() -> None:
    draft = Draft("one", SignalReported.rule.type, {"signal": SIGNAL}, Ground.VITAL_INTEREST)
    assert check(draft, DIRECTORY.get(POLICE), DIRECTORY, ATLAS).recipient.slug == DESK
    receipt = Draft("two", SignalReceived.rule.type, {"status": "closed"}, recipient=POLICE)
    assert check(receipt, DIRECTORY.get(DESK), DIRECTORY, ATLAS).ground is Ground.LEGAL_TASK


def test_a_field_that_an_agency_of_that_kind_is_not_told_is_refused() -> None:
    data = {"reason": "consent_withdrawn", "consent": "help"}
    draft = Draft("one", ErasureRequested.rule.type, data, recipient=DESK)
    with pytest.raises(Refusal) as refused:
        check(draft, DIRECTORY.get(COORDINATOR), DIRECTORY, ATLAS)
    assert (refused.value.code, refused.value.pointers) == ("not_allowed", ("/data/consent",))
    assert check(draft._replace(recipient=REGISTRY), DIRECTORY.get(COORDINATOR), DIRECTORY, ATLAS).recipient.slug == REGISTRY
