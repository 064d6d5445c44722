"""Events that another agency's system sends: with its keys, by its line in the processing log, on its lane."""

import secrets
from datetime import UTC, datetime, timedelta

from console.installation import Installation
from contracts.agencies import Agency
from contracts.envelope import CloudEvent, source
from contracts.event import Event
from contracts.logged import Exchange, sent


class Voice:
    """Speaks for the agencies that are played.

    Args:
        installation: Where their keys lie.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    async def send(self, sender: Agency, message: CloudEvent, to: Agency) -> None:
        """Log an event, seal it and put it on its lane."""
        record = sent(Exchange(message, message.event(), to.slug), datetime.now(UTC))
        await self._installation.processing_log(sender.slug).write([record])
        async with await self._installation.mailbox(sender) as mailbox:
            await mailbox.publish_and_wait(message, to, 0)


def first_of(sender: Agency, event: Event, caseref: str, system: str = "report", because: str | None = None) -> CloudEvent:
    """The first event of a line."""
    return CloudEvent(
        id=secrets.token_hex(16),
        source=source(sender.oin, system),
        type=event.rule.type,
        time=datetime.now(UTC),
        caseref=caseref,
        sequence="1" if event.rule.file else "0",
        causationid=because,
        ground=event.grounds()[0],
        data=event.model_dump(mode="json"),
    )


def following(before: CloudEvent, event: Event, ago: timedelta = timedelta()) -> CloudEvent:
    """The next event of a line."""
    return before.model_copy(
        update={
            "id": secrets.token_hex(16),
            "type": event.rule.type,
            "time": datetime.now(UTC) - ago,
            "sequence": str(int(before.sequence) + 1),
            "previous": before.fingerprint,
            "ground": event.grounds()[0],
            "data": event.model_dump(mode="json"),
        }
    )
