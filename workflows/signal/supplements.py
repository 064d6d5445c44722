"""At the signal desk: what a reporter adds to a signal reaches whoever has the case."""

from contracts.agencies import Party
from contracts.events.signals import SignalAmended, SignalSupplemented
from contracts.views import ContentPart
from workflows.engine.admission import hears
from workflows.engine.content import told_often
from workflows.engine.record import Received
from workflows.engine.track import not_possible
from workflows.signal.asking import Asking
from workflows.signal.table import BECAME_CRISIS, Phase

MOST = 20
"""How often one signal may be added to: each supplement is long, and goes along whenever the signal is handed on."""

ENOUGH = f"this signal was added to {MOST} times already: call the signal desk"


def _reporter(self: "Supplements", _: object) -> Party | None:
    return self.file.reporter


class Supplements(Asking):
    """The part of a signal's routing that hears its reporter again."""

    @hears(sender=_reporter)
    def signal_supplemented(self, received: Received[SignalSupplemented]) -> None:
        """It moves nothing, and reaches all who have the case; a crisis has its terms from this moment."""
        if len(self.file.supplements) >= MOST:
            raise not_possible(ENOUGH)
        supplement, before = received.event.supplement, self.file.urgency
        self.file.supplements.append(supplement)
        for party in self.have_it:
            self.tell(party, SignalAmended(supplement=supplement), because=received.id)
        self.move("SignalSupplemented", self.phase)
        if self.file.urgency is not before:
            self.hasten()
            if self.phase != Phase.OWNED:
                self.alarm(BECAME_CRISIS)

    def added(self) -> list[ContentPart]:
        """Each supplement, in the order in which they came."""
        if self.file.reporter is None:
            return []
        slug = self.file.reporter.slug
        said = [(slug, SignalSupplemented(supplement=supplement)) for supplement in self.file.supplements]
        return told_often(self.file, "signal_supplemented", said)
