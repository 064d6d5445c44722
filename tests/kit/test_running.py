"""The client at a running post office: a signal goes out, its answer comes in, and a restart loses and doubles nothing."""

import threading

import pytest

from keten_client import Draft, NotAllowed, Refused, Stage, Unknown
from post_office.tokens import Scope
from tests.kit.standing import Standing

SIGNAL = "nl.keten.signals.reported.v1"
DATA = {"signal": {"municipality": "GM0995", "account": "An invented example: ë, € and a \U0001f9ed."}}


def draft(event_id: str = "melding-1", **changed: object) -> Draft:
    return Draft.model_validate({"id": event_id, "type": SIGNAL, "ground": "legal_task", "data": DATA, **changed})


def test_a_signal_is_sent_answered_heard_and_acknowledged(post: Standing) -> None:
    with post.client() as client:
        sent = client.send(draft(subject="zaak ë-1"))
        status = client.wait("melding-1", 20)
        assert [step.stage for step in status.steps] == [Stage.KEPT, Stage.SENT, Stage.TAKEN, Stage.ANSWERED]
        [event] = client.events("case-system", follow=False)
        assert (event.caseref, event.subject, event.data) == (sent.caseref, "zaak ë-1", {"status": "with_desk"})
        mark = client.acknowledge("case-system", event.id)
        assert (mark.last_event_id, mark.waiting) == (event.id, 0)
        assert list(client.events("case-system", follow=False)) == []
        client.acknowledge("case-system", None)
        assert [again.id for again in client.events("case-system", follow=False)] == [event.id]


def test_sending_may_wait_for_the_answer(post: Standing) -> None:
    with post.client() as client:
        assert client.send(draft(), wait=20).stage is Stage.ANSWERED


def test_the_same_again_is_the_same_event_and_another_under_its_id_is_refused(post: Standing) -> None:
    with post.client() as client:
        assert client.send(draft()).caseref == client.send(draft()).caseref
        with pytest.raises(Refused) as raised:
            client.send(draft(ground="vital_interest"))
        assert (raised.value.code, raised.value.pointers) == ("id_reused", ("/id",))


def test_what_does_not_fit_is_refused_with_its_place_and_without_its_value(post: Standing) -> None:
    with post.client() as client, pytest.raises(Refused) as raised:
        client.send(draft(data={"signal": {"municipality": "GM0995", "account": 4711}}))
    assert raised.value.code == "data_invalid"
    assert "/data/signal/account" in raised.value.pointers
    assert "4711" not in str(raised.value)


def test_what_there_is_not_is_unknown_and_who_may_not_hears_so(post: Standing) -> None:
    with post.client() as client, pytest.raises(Unknown):
        client.status("melding-9")
    post.token = post.office.tokens.add("reads", [Scope.READ])
    with post.client() as client, pytest.raises(NotAllowed) as raised:
        client.send(draft())
    assert raised.value.code == "scope_missing"


def test_an_event_whose_case_was_erased_stands_in_the_feed_without_content(post: Standing) -> None:
    with post.client() as client:
        sent = client.send(draft(), wait=20)
        post.office.book.erase(sent.caseref)
        [event] = client.events("case-system", follow=False)
        assert (event.erased, event.data) == (True, None)


def test_whoever_follows_the_feed_outlives_a_restart_without_gap_or_double(post: Standing) -> None:
    seen, enough = list[str](), threading.Event()
    expected = post.hear(150)

    def shortly(seconds: float) -> None:
        enough.wait(min(seconds, 0.1))

    def read() -> None:
        with post.client(pause=shortly) as client:
            for event in client.events("case-system"):
                seen.append(event.id)
                if len(seen) >= 300:
                    enough.set()
                    return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    for _ in range(3):
        post.stop()
        expected += post.hear(50)
        post.start()
    assert enough.wait(60)
    reader.join(10)
    assert seen == expected


def test_an_event_is_handed_in_while_the_post_office_starts_again(post: Standing) -> None:
    post.stop()
    back = threading.Timer(0.5, post.start)
    back.start()
    with post.client(patience=30) as client:
        assert client.send(draft(), wait=20).stage is Stage.ANSWERED
    back.join()
