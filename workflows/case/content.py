"""What a case holds inside: the report, the intake, the needs for which help was asked, the observation for the RIEC."""

from typing import Any

from contracts.views import ContentPart
from workflows.case.file import CaseFile, ReferralFile
from workflows.engine.content import told, told_often


def parts_of(file: CaseFile) -> list[ContentPart]:
    """In the order in which a case comes to it."""
    routed = {"signal": file.signal, "care_region": file.region, "reported_by": file.reported_by} if file.signal else None
    observed = {"observation": file.sharing.observation} if file.sharing else None
    return [
        *told(file, "signal_routed", file.desk, routed),
        *told_often(file, "signal_amended", [(file.desk.slug, {"supplement": one}) for one in file.supplements if file.desk]),
        *told(file, "record_intake", file.me, file.intake),
        *told_often(file, "offer_help", [(file.me.slug, _offered(home)) for home in file.referrals]),
        *told(file, "ask_privacy_check", file.me, observed),
    ]


def known_of_the_person(file: CaseFile) -> dict[str, Any]:
    """What the report says of the person, as the intake asks it; empty: nothing."""
    person = file.signal.person.model_dump(mode="json", exclude_none=True) if file.signal else {}
    return {"person": person} if person else {}


def _offered(home: ReferralFile) -> dict[str, object]:
    """For which need whom, in the order in which they are asked."""
    return {"need": home.need, "organisations": [*home.asked.values(), *(party.slug for party in home.queue)]}
