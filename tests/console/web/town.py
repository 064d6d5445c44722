"""A desk with something in every state that pages show differently."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from console.health import LOOK
from console.log_checks import Check
from console.wanted import NOWHERE
from console.web.aside import Aside
from contracts.events.dossiers import PrivacyCheckRequested
from contracts.events.erasures import ErasureRequested
from contracts.events.referrals import ReferralDeclined, ReferralOffered, ReferralSeen
from contracts.events.registrations import RegistrationRequested
from contracts.events.signals import CaseAccepted, CaseProgressed, SignalRouted
from contracts.standing import Hanging, Outcome, Standing
from contracts.views import AlarmView, Barred, Choice, ConsentView, Content, ContentPart, LetterView, StoryLine, TrackView
from runtime.audit.proof import Proof
from runtime.audit.store import SignedHead
from runtime.sessions.batches import Done, State
from tests.console.lives.lines import AT, OTHER, sent_line, taken_line
from tests.console.web.doubles import (
    CASE,
    NOW,
    OWNER,
    REFERENCE,
    Books,
    Desk,
    Drafts,
    Entry,
    Files,
    Listed,
    Lists,
    Logbook,
    Taken,
    Taking,
    Trouble,
    a_case,
    a_row,
)
from tests.console.web.held_batches import Held, a_batch, an_item
from tests.console.web.letters import Correcting, Letters, a_letter
from tests.console.web.overview_double import Counted, Line, Oldest, Overview, Unconfirmed
from tests.console.web.spoken import spoken

PLACEMENT = f"placement-1-{REFERENCE}"
LONG = "An example of a text that somebody wrote, of more than one line.\n\nNo real person is meant. " * 4

STILL = "help is still asked of, or runs at, cosm-shelter: aftercare begins when that has ended"
UNSIGNED = "the signature is not one of the sender's, or what it signs was altered: sign it with a key that the sender published"
REFUSED = json.dumps(
    {
        "specversion": "1.0",
        "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "source": "urn:nld:oin:00000099000000000011:systeem:report",
        "type": "nl.keten.signals.reported.v1",
        "time": "2026-01-31T12:00:00Z",
        "caseref": REFERENCE,
        "data": {"signal": {"account": LONG, "urgency": "tomorrow"}},
    }
).encode()
"""An event with two faults."""

COMMANDS = (
    "accept_case",
    "record_triage",
    "record_intake",
    "record_consent",
    "withdraw_consent",
    "offer_help",
    "offer_again",
    "ask_privacy_check",
    "bring_to_riec",
    "conclude_case",
    "ask_erasure",
    "acknowledge_alarms",
)

PATHS = {
    "inbox": "/inbox",
    "waiting": "/waiting",
    "drafts": "/drafts",
    "discard": f"/files/{CASE}/do/record_intake/discard",
    "cases": "/cases?kind=case",
    "cases-unknown": "/cases?phase=imagined",
    "board": "/board",
    "health": "/health",
    "alarms": "/alarms",
    "case": f"/cases/{REFERENCE}",
    "content": f"/cases/{REFERENCE}/content",
    "consent": f"/cases/{REFERENCE}/consent",
    "deliveries": f"/cases/{REFERENCE}/deliveries",
    "knew": f"/cases/{REFERENCE}/knew",
    "knew-wrong": f"/cases/{REFERENCE}/knew?at=yesterday",
    "hanging": "/deliveries",
    "dead": "/dead",
    "dead_letter": "/dead/418",
    "dead_sealed": "/dead/417",
    "correct": "/dead/418/correct",
    "batches": "/batches",
    "batch": f"/batches/{1:032x}",
    "batch_ended": f"/batches/{2:032x}",
    "batch_new": "/batches/new?command=acknowledge_alarms",
    "coverage": "/coverage",
    "coverage_compared": "/coverage?on=2026-01-01&than=2021-06-01&province=Noord-Holland",
    "audit": "/audit",
    "audit_wrong": "/audit?person=Jan&case=x&since=gisteren",
    "people": "/people",
    "help": "/help",
    "accessibility": "/accessibility",
    "fresh": f"/files/{CASE}/do/confirm_erasure",
    "again": f"/files/{CASE}/do/ask_erasure/again",
    "impossible": f"/files/{CASE}/do/close_report",
    **{name: f"/files/{CASE}/do/{name}" for name in COMMANDS},
}
"""Every page that can be asked for by an address, by what it is."""


def set_out_batches(desk: Desk) -> None:
    """One that was tried, one that ended with refusals, and files for a new one."""
    desk.held = Held(rows=[a_row(number, due=timedelta(hours=number - 3), alarm=True) for number in range(1, 8)], total=612)
    first = an_item(1, Done.DONE, "closed")
    desk.held.keep(a_batch(1), first, *(an_item(number) for number in range(2, 6)))
    refusal = "acknowledge_gap is not possible now at province-flevoland; nothing is decided there now"
    stopped = a_batch(2, State.ENDED)
    desk.held.keep(stopped, first, an_item(2, Done.REFUSED, refusal), an_item(3, Done.UNKNOWN), an_item(4, Done.REFUSED, "gone"))


def set_out(desk: Desk) -> None:
    """Everything as it is at the beginning of a test."""
    desk.memory, desk.listed, desk.language, desk.answers, desk.speak = Files(), Lists(), "nl", {}, spoken
    desk.drafts, desk.taken = Drafts(), Taking()
    desk.drafts.begin("c-17", (CASE, "record_intake"), [("needs", LONG), ("person.name", "Example")], "1~2026-01-01", hours=2)
    desk.drafts.begin("c-17", (CASE, "close_report"), hours=90)
    desk.drafts.begin("c-18", (CASE, "record_triage"), hours=1)
    desk.taken.by = {CASE: Taken("c-18", NOW - timedelta(hours=1)), f"case-k{2:024d}": Taken("c-17", NOW - timedelta(hours=26))}
    desk.refused = Letters()
    desk.kept = Books(_written(), _listed(), _checked())
    desk.began = desk.seen = datetime.now(UTC)
    desk.rights = frozenset({"handle", "operate", "audit"})
    desk.all_files = overview(desk)
    desk.stale_at, desk.aside = PATHS["fresh"], Aside()
    desk.aside.keep(("c-17", OWNER, PATHS["again"]), [("reason", "request"), ("order", "aa.bb.cc"), ("_ticket", "a ticket")])
    desk.wrote = written_down()
    hour = timedelta(hours=1)
    set_out_batches(desk)
    desk.correcting = Correcting({418: json.dumps(json.loads(REFUSED)["data"], indent=2)})
    desk.correcting.wait(418, "c-18", json.dumps({"signal": {"municipality": "GM0995", "account": LONG}}, indent=2))
    desk.refused.kept = {
        418: a_letter(418, at=NOW - hour),
        417: a_letter(417, "signature_invalid", sender="police-midden-nederland", reason=UNSIGNED, at=NOW - 30 * hour),
        7: a_letter(7, "case_erased", reason="what was kept of this case was erased; begin a new case", body=b"", hash="0" * 64),
    }
    desk.refused.texts = {418: REFUSED, 417: b"sealed"}
    desk.listed.rows = [
        a_row(due=-5 * hour, alarm=True, step="Case.triage"),
        a_row(2, due=-50 * hour, step="Case.intake"),
        a_row(3, due=2 * hour, step="Case.consent"),
        a_row(4, due=80 * hour, step="Case.planning"),
        a_row(5, due=None, step="Case.aftercare"),
        a_row(6, due=3 * hour, turn="cosm-shelter", step="AidReferral.offered"),
        a_row(8, due=200 * hour, step="Case.in_care")._replace(
            deadline=NOW + 2 * hour, waits_for="cosm-shelter", waits_in="AidReferral.seen"
        ),
        a_row(7, due=30 * hour, turn="lelystad", step="Sharing.asked"),
    ]
    track = TrackView(
        title="help",
        name="AidReferral",
        phase="offered",
        turn="cosm-shelter",
        who="the aid organisation",
        since=NOW - hour,
        until=NOW + 3 * hour,
        then="the offer is taken back and the next organisation is asked",
        reminders=1,
    )
    main = a_case(*COMMANDS).track.model_copy(update={"phase": "triage", "until": NOW - 5 * hour, "reminders": 2})
    story = (
        StoryLine(at=NOW - 30 * hour, what="signal_routed", who="signal-desk"),
        StoryLine(at=NOW - 29 * hour, what="accept_case", who=OWNER),
        StoryLine(at=NOW - 28 * hour, what="case_accepted", who=OWNER, facts={"to": "signal-desk"}),
        StoryLine(at=NOW - 5 * hour, what="Case.triage.clock", who=OWNER),
        StoryLine(at=NOW - hour, what="referral_offered", who=OWNER, facts={"to": "cosm-shelter", "referral": "1"}),
    )
    desk.memory.views[CASE] = a_case(
        *COMMANDS,
        track=main,
        tracks=(track,),
        story=story,
        left_out=12,
        barred=(Barred(command="start_aftercare", words=STILL),),
        choices=tuple(Choice(command=name, words=name, fields={}, begun=name == "record_intake") for name in COMMANDS),
        alarms=("an event of signal-desk is missing",),
        open_alarms=(
            AlarmView(number=3, words="signal-desk misses event number 4 that we sent", times=2),
            AlarmView(number=7, words="the registration is not confirmed", times=1),
        ),
        letters=(LetterView(to="cosm-shelter", event="referral_offered", since=NOW - hour),),
        consents=(
            ConsentView(purpose="help", given=NOW - 20 * hour, withdrawn=None, by="person"),
            ConsentView(purpose="riec", given=NOW - 20 * hour, withdrawn=NOW - 2 * hour, by="person"),
        ),
    )
    desk.memory.troubles[CASE] = [Trouble("its letters cannot leave")]
    desk.memory.contents[CASE] = Content(
        parts=(
            ContentPart(
                what="signal_routed",
                who="signal-desk",
                at=NOW - 30 * hour,
                data={"signal": {"municipality": "GM0995", "urgency": "crisis", "account": LONG, "person": {"name": None}}},
            ),
            ContentPart(what="record_intake", who=OWNER, at=None, data={"needs": LONG, "under_16": False}),
        ),
        beginnings={"record_intake": {"person": {"name": "Nobody Real", "birth_year": 1990}}},
    )


def overview(desk: Desk) -> Overview:
    """All files of a large agency, with something that needs a hand in every part."""
    hour = timedelta(hours=1)
    return Overview(
        desk.listed,
        counted=Counted(
            total=131,
            overdue=12,
            oldest=Oldest("Almere", NOW - 50 * hour, NOW - 50 * hour),
            alarms=3,
            failing=1,
            regions={"Almere": 31, "Zwolle": 74, NOWHERE: 26},
            kinds={"case": 118, "retention": 13},
            phases={("case", "triage"): 44, ("case", "consent"): 40, ("case", "in_care"): 34, ("retention", "in_use"): 13},
        ),
        letters=(Unconfirmed("riec-midden-nederland", 4, NOW - 3 * hour), Unconfirmed("cosm-shelter", 1, NOW - hour)),
        dead=1,
        lines=(
            Line("office", f"office of {OWNER}", "is away: nobody works there", f"start it: `keten worker {OWNER}`", NOW - hour),
            Line("queue", f"queue of {OWNER}", "waiting tasks: about 3, none for long", since=NOW - hour),
            Line("temporal", "", "did not answer within two seconds", LOOK, NOW - hour),
            Line("bus", f"inbox of {OWNER}", "moves; events that wait: 2, that are being taken: 1", since=NOW - hour),
            Line("bus", f"INBOX of {OWNER}", "messages: 3, 0% of its room", since=NOW - hour),
            Line("certificates", f"certificate of {OWNER}", "is valid until 2031-05-01 12:00", since=NOW - hour),
            Line("audit", f"audit log of {OWNER}", "entries: 812; its head was not signed yet", since=NOW - hour),
            Line("files", f"files of {OWNER}", "none stands still", since=NOW - hour),
        ),
    )


def written_down() -> Logbook:
    """Letters on every rung, and what followed on them."""
    hour, began = timedelta(hours=1), NOW - AT
    lines = [
        taken_line(1, SignalRouted, after=began - 30 * hour, by="signal-desk", system="signal"),
        sent_line(2, CaseAccepted, after=began - 28 * hour, to="signal-desk"),
        sent_line(3, PrivacyCheckRequested, after=began - 19 * hour, to="lelystad"),
        sent_line(4, ReferralOffered, after=began - 18 * hour),
        taken_line(5, ReferralSeen, after=began - 17 * hour),
        taken_line(6, ReferralDeclined, after=began - 16 * hour),
        sent_line(7, RegistrationRequested, after=began - 12 * hour, to="comensha"),
        sent_line(8, CaseProgressed, after=began - 3 * hour, to="signal-desk"),
        sent_line(9, ErasureRequested, after=began - 2 * hour, to="lelystad"),
        sent_line(10, ReferralOffered, after=began - hour),
    ]

    def stands(number: int, to: str, hours: int, outcome: Outcome | None = None, asked: bool = True) -> Standing:
        left = NOW - hours * hour
        return Standing(f"{number:032x}", to, left_at=left, asked_at=left if asked else None, outcome=outcome)

    def said(hours: int, *, arrived: bool = True, code: str | None = None) -> Outcome:
        return Outcome(NOW - hours * hour + hour / 60, arrived, code)

    standings = [
        stands(2, "signal-desk", 28, said(28)),
        stands(3, "lelystad", 19, said(19)),
        stands(4, OTHER, 18, said(18)),
        stands(7, "comensha", 12, said(12, code="not_possible_now")),
        stands(8, "signal-desk", 3, said(3, arrived=False)),
        stands(9, "lelystad", 2),
        Standing(f"{10:032x}", OTHER, held_at=NOW - hour),
    ]
    letters = [
        Hanging(REFERENCE, ErasureRequested.rule.type, standings[5]),
        Hanging(REFERENCE, ReferralOffered.rule.type, standings[6]),
        Hanging(REFERENCE, "nl.keten.from.a.later.version.v9", stands(11, "lelystad", 1, asked=False)),
    ]
    return Logbook(lines, standings, letters, Counter({"lelystad": 40, OTHER: 1}))


def _written() -> list[Entry]:
    """An audit log with every kind of act."""
    acts = [
        ("read", "case"),
        ("read", "case.content"),
        ("read", "cases"),
        ("decide", "record_intake"),
        ("publish", "signals.reported.v1"),
        ("replay", "dead_letter:418:corrected"),
        ("rotate_key", "wrapping_key"),
        ("add_person", "person:c-18"),
        ("decode", "payloads:12"),
        ("read_audit", "audit_log"),
    ]
    of_case = {"case", "case.content", "record_intake", "signals.reported.v1", "payloads:12"}
    minute = timedelta(minutes=1)
    return [
        Entry(seq, NOW - (80 - seq) * minute, f"c-{17 + seq % 3}", action, REFERENCE if what in of_case else None, what)
        for seq, (action, what) in enumerate((acts * 8)[:80], 1)
    ]


def _listed() -> list[Listed]:
    """People with each right, and one who left."""
    day = timedelta(days=1)
    return [
        Listed("c-17", 1, "0f" * 32, NOW - 90 * day, None, frozenset({"handle", "audit"})),
        Listed("c-18", 2, "a7" * 32, NOW - 30 * day, None, frozenset({"handle", "operate"})),
        Listed("p-3", 1, "3c" * 32, NOW - 10 * day, None, frozenset({"oversee"})),
        Listed("c-18", 1, "9b" * 32, NOW - 80 * day, NOW - 40 * day, frozenset({"handle"})),
    ]


def _checked() -> Check:
    signed = SignedHead("2026-03-02", 60, "")
    return Check(total=80, done=80, ended=NOW, proof=Proof(80, signed, ()))
