"""What an event says is looked at before any workflow hears it."""

from datetime import UTC, datetime

from contracts.event import File
from contracts.places import CARE_REGIONS, Atlas
from contracts.refusals import RefusalCode, Refused
from runtime.bus import Delivery


def check_before_it_is_logged(delivery: Delivery, atlas: Atlas) -> None:
    """A report for the register that may not be made is refused at the door: no line here leads to the case then.

    Raises:
        Refused: The reason is for its sender.
    """
    if delivery.event.rule.file is File.REGISTRATION:
        check_content(delivery, atlas)


def check_content(delivery: Delivery, atlas: Atlas) -> None:
    """Places that exist, and a ground that the catalogue knows for this content.

    Raises:
        Refused: The reason is for its sender.
    """
    for place in delivery.event.places():
        try:
            atlas.municipality(place, datetime.now(UTC).date())
        except LookupError:
            raise Refused(
                RefusalCode.MUNICIPALITY_UNKNOWN, "no municipality has this CBS code; they look like GM0995 (Lelystad)"
            ) from None
    if getattr(delivery.event, "care_region", None) not in {None, *CARE_REGIONS}:
        raise Refused(RefusalCode.REGION_UNKNOWN, f"`care_region` must be one of: {', '.join(sorted(CARE_REGIONS))}")
    grounds = delivery.event.grounds()
    if delivery.message.ground not in grounds:
        words = f"say in `ground` on which of these it is shared: {', '.join(grounds)}"
        raise Refused(RefusalCode.NO_GROUND, words)
    objection = delivery.event.objection(delivery.sender)
    if objection:
        raise Refused(RefusalCode.NO_GROUND, objection)
