"""What a coordinator noted of a crime, under a reference that leads to no case: between two files of one agency."""

from typing import ClassVar

from contracts.event import Event, File, Rule
from contracts.events.dossiers import UNDER_INVESTIGATION, Observation
from contracts.events.signals import COORDINATORS
from contracts.words import Ground, ObservationStands, Weighing


class ObservationNoted(Event):
    """A case has noted what a RIEC may need. It says nothing of the case, so that this file does not either."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.observations.noted.v1",
        senders=COORDINATORS,
        recipients=COORDINATORS,
        file=File.OBSERVATION,
        opens=True,
        fresh=True,
        itself=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="keep what may be told of a crime apart from the care for a person",
        shielded=UNDER_INVESTIGATION,
        retention="observation",
    )
    observation: Observation

    def places(self) -> tuple[str, ...]:
        """Where it happens."""
        return (self.observation.municipality,)


class ObservationAnswered(Event):
    """What became of an observation. It bears the observation's reference; whose case it is for, its own agency alone knows."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.observations.answered.v1",
        senders=COORDINATORS,
        recipients=COORDINATORS,
        file=File.CASE,
        late=True,
        itself=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="let the coordinator of the case hear what became of it",
        shielded=UNDER_INVESTIGATION,
        retention="case",
    )
    stands: ObservationStands
    weighing: Weighing | None = None
