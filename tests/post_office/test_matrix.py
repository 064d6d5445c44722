"""Who may hand in what for whom, at every door: what catalogue and directory say, and else the code that a recipient gives."""

from collections import Counter

import pytest

from contracts.agencies import Agency
from contracts.catalogue import CATALOGUE, may_send
from contracts.event import Event
from contracts.refusals import RefusalCode
from post_office.checks import OURS, check
from post_office.ports import Draft, Refusal
from tests.post_office.books import ATLAS, DIRECTORY


def is_let_through(sender: Agency, recipient: Agency, event: type[Event]) -> bool:
    """Whether the door has nothing against the lane; with content that no event has, so that it is never kept."""
    draft = Draft("a-1", event.rule.type, {"of no event": True}, recipient=recipient.slug)
    with pytest.raises(Refusal) as refused:
        check(draft, sender, DIRECTORY, ATLAS)
    if refused.value.code == RefusalCode.NOT_ALLOWED:
        assert refused.value.pointers in {("/type",), ("/recipient",)}
        return False
    assert refused.value.code == RefusalCode.DATA_INVALID
    return True


def test_every_agency_hands_in_what_it_may_send_and_nothing_else() -> None:
    tried = Counter[bool]()
    for sender in DIRECTORY.agencies:
        for recipient in DIRECTORY.agencies:
            for event in CATALOGUE.values():
                by_itself = event.rule.type.startswith(OURS) or event.rule.itself
                allowed = may_send(sender, recipient, event) and not by_itself
                assert is_let_through(sender, recipient, event) == allowed, (sender.slug, recipient.slug, event.short_name())
                tried[allowed] += 1
    assert tried[True] > 200
    assert tried[False] > 10_000
