"""What is heard and decided about keeping a case."""

from temporalio import workflow

from contracts.agencies import Party
from contracts.commands import AskErasure, CloseWithoutReceipts, ConfirmErasure, KeepLonger, RefuseErasure
from contracts.event import Event, File
from contracts.events.erasures import ConsentWithdrawn, ErasureCompleted, ErasureDeclined, ErasureRequested, FileEnded
from contracts.words import NotErased
from workflows.engine.admission import command, hears
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import OPENING
from workflows.engine.track import Track
from workflows.retention.file import Asker, RecallFile, RetentionFile
from workflows.retention.table import RECALL, RETENTION, Phase, Recalling


class Recall(Track):
    """Something was shared on a consent that was withdrawn: whoever was told erases it, or says why not."""

    table = RECALL

    def __init__(self, retention: "RetentionLetters", home: RecallFile) -> None:
        self.file = home
        super().__init__(retention, home)

    @classmethod
    def begin(cls, retention: "RetentionLetters", home: RecallFile) -> None:
        """Wait for whoever was told; nobody was: nothing is waited for."""
        recall = cls(retention, home)
        if not home.waiting:
            recall.enter(Recalling.ANSWERED)

    @property
    def them(self) -> Party | None:
        """The first of those who have not answered."""
        return self.file.waiting[0] if self.file.waiting else None

    def expects(self, sender: Party) -> bool:
        """Everybody who was asked."""
        return sender.slug in {party.slug for party in self.file.waiting}

    def answered(self, sender: Party, event: type[Event]) -> None:
        """One of them has answered."""
        self.file.waiting = [party for party in self.file.waiting if party.slug != sender.slug]
        self.move(event.__name__, Recalling.ASKED if self.file.waiting else Recalling.ANSWERED)


def _asked_by(self: "RetentionLetters", received: Received[Event]) -> Track:
    """The recall that waits for the sender, or the erasure itself."""
    return next((recall for recall in self.recalls if recall.expects(received.sender)), self)


def _nobody_asked(self: "RetentionLetters") -> str | None:
    asked = self.phase == Phase.ASKED or self.file.askers
    return None if asked else "nobody has asked to erase it"


class RetentionLetters(Process[RetentionFile]):
    """The part of keeping a case that listens and is decided."""

    table = RETENTION
    system = File.RETENTION
    file_type = RetentionFile
    reopens = True

    @property
    def them(self) -> Party | None:
        """The first of those who have not answered."""
        return self.file.waiting[0] if self.file.waiting else None

    @property
    def recalls(self) -> list[Recall]:
        """What was asked back and is not answered yet."""
        begun = (Recall(self, home) for home in self.file.recalls if home.progress is not None)
        return [recall for recall in begun if recall.state is not None]

    @property
    def tracks(self) -> list[Track]:
        """Recalls beside the term."""
        return list(self.recalls)

    def admits(self, sender: Party) -> bool:  # noqa: ARG002 - whoever the catalogue lets ask
        """Several agencies may ask, and one file answers them."""
        return True

    def expects(self, sender: Party) -> bool:
        """Everybody who was asked to erase."""
        return sender.slug in {party.slug for party in self.file.waiting}

    @hears(anyone=True)
    def file_ended(self, received: Received[FileEnded]) -> None:
        """A file has ended here: its term begins, or what we were asked meanwhile can be decided."""
        self.file.kinds.append(received.event.kind)
        if self.phase != OPENING:
            self.file.kept_until = None
        asked = Phase.ASKED if self.file.askers else Phase.KEPT
        self.move("FileEnded", asked if self.phase == Phase.IN_USE else None)

    @hears(anyone=True)
    def consent_withdrawn(self, received: Received[ConsentWithdrawn]) -> None:
        """What was shared on it is asked back."""
        self.file.recalls.append(RecallFile(consent=received.event.consent, told=list(received.event.told)))
        self.move("ConsentWithdrawn")

    @hears(anyone=True)
    def erasure_requested(self, received: Received[ErasureRequested]) -> None:
        """Another agency asks to erase what we hold: a person here decides, and it gets a receipt or a reason."""
        self.file.askers.append(Asker(party=received.sender, system=received.system, because=received.id, at=workflow.now()))
        self.file.asked_by.append(received.sender.slug)
        self.file.reason = self.file.reason or received.event.reason
        self.move("ErasureRequested")

    @hears(track=_asked_by)
    def erasure_completed(self, received: Received[ErasureCompleted]) -> None:
        """A signed receipt, which is kept."""
        self.file.receipts[received.sender.slug] = received.proof or ""
        self._answered(received)

    @hears(track=_asked_by)
    def erasure_declined(self, received: Received[ErasureDeclined]) -> None:
        """It is kept there, on an exception that the law names."""
        self.file.declined[received.sender.slug] = received.event.reason
        self._answered(received)

    @command()
    def ask_erasure(self, order: AskErasure) -> None:
        """Ask, as the first of two persons, to erase the case."""
        self.file.reason = order.reason
        self.file.orders, self.file.asked_at = [order.order], workflow.now()
        self.move("ask_erasure")

    @command()
    def confirm_erasure(self, order: ConfirmErasure) -> None:
        """Confirm, as another person, that it is erased, here and wherever it was told; this cannot be undone."""
        self.file.orders.append(order.order)
        self.move("confirm_erasure")

    @command(bar=_nobody_asked)
    def refuse_erasure(self, order: RefuseErasure) -> None:
        """Keep it; whoever asked hears why."""
        self._decline(order.reason)
        self.file.orders.clear()
        self.move("refuse_erasure")

    @command()
    def keep_longer(self, _: KeepLonger) -> None:
        """Keep it for another term."""
        self.file.kept_until = None
        self.move("keep_longer")

    @command()
    def close_without_receipts(self, _: CloseWithoutReceipts) -> None:
        """Stop waiting for agencies that have not answered."""
        self.move("close_without_receipts")

    def _decline(self, reason: NotErased) -> None:
        for asker in self.file.askers:
            self.tell(asker.party, ErasureDeclined(system=asker.system, reason=reason), because=asker.because)
        self.file.askers.clear()

    def _answered(self, received: Received[ErasureCompleted] | Received[ErasureDeclined]) -> None:
        track = _asked_by(self, received)  # pyright: ignore[reportArgumentType] - generic in the event
        event = type(received.event)
        if isinstance(track, Recall):
            track.answered(received.sender, event)
            return
        self.file.waiting = [party for party in self.file.waiting if party.slug != received.sender.slug]
        self.move(event.__name__, Phase.COLLECTING if self.file.waiting else Phase.ERASED)
