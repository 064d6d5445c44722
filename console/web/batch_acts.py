"""How an item of a batch is decided: as a decision of its own, in the name of the person who made the batch."""

import json
from collections.abc import Callable
from typing import Any

import structlog

from console.batches.commands import REPLAY
from console.batches.runner import NO_LOG, NO_RIGHT, Ended, Halt
from console.installation import Installation
from console.web.heard import CLOSING, Heard
from console.web.heard_letters import HeardLetters
from console.web.one_agency import OneAgency, OtherAgency
from console.witness import LoggedIn, Witness
from contracts.agencies import Agency
from runtime.keys.case_keys import CaseErased, CaseKeyMissing
from runtime.people.people import PersonUnknown
from runtime.sessions.batches import Batch, Done, Item

GONE, BARE, REPLAYED = "gone", "bare", "replayed"
"""Answers: it is not there; of a dead letter only its hash is; it is in the inbox again."""

log = structlog.get_logger()


class Acts:
    """Decides items.

    Args:
        installation: All agencies whose keys lie here.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._served = {agency.slug: agency for agency in installation.with_key}

    async def __call__(self, batch: Batch, item: Item) -> Ended:
        """See ``console.batches.runner.Act``."""
        if batch.agency not in self._served:
            raise Halt(NO_RIGHT)
        here = self._here(self._served[batch.agency], batch.person)
        return await decided(batch, item, lambda: self._act(here, self._served[batch.agency], batch, item))

    async def _act(self, here: OneAgency, agency: Agency, batch: Batch, item: Item) -> str:
        if batch.command == REPLAY:
            await HeardLetters(here, agency, here.witness).replay(int(item.target), item.ticket)
            return REPLAYED
        files = Heard(here, here.witness, lambda: None)
        file = await files.one(agency, item.target)
        if file is None:
            raise LookupError(GONE)
        return await files.decide(file, batch.command, json.loads(batch.content), item.ticket)

    def _here(self, agency: Agency, person: str) -> OneAgency:
        somebody = LoggedIn(self._installation.people.lists, person)
        return OneAgency(self._installation, agency, Witness(somebody, self._installation.audit))


async def decided(batch: Batch, item: Item, act: Callable[[], Any]) -> Ended:
    """How it ended: what is refused in words, what is not known, and what stops the whole batch.

    Args:
        batch: Of which it is.
        item: Which.
        act: Decides it, and gives the answer.

    Raises:
        Halt: Nothing was decided: it may not be, or cannot be written down.
    """
    try:
        return Ended(Done.DONE, await act())
    except (CaseErased, CaseKeyMissing):
        return Ended(Done.REFUSED, GONE)
    except (PersonUnknown, OtherAgency):
        raise Halt(NO_RIGHT) from None
    except CLOSING:
        raise Halt(NO_LOG) from None
    except LookupError:
        if batch.command == REPLAY and item.begun:  # it was put into the inbox with this ticket, and has left the dead letters
            return Ended(Done.DONE, REPLAYED)
        return Ended(Done.REFUSED, GONE)
    except ValueError as refused:
        return Ended(Done.REFUSED, BARE if batch.command == REPLAY else str(refused))
    except Exception as error:  # perhaps it was decided: the same ticket asks again
        log.warning("batch_item_not_answered", agency=batch.agency, command=batch.command, error=type(error).__name__)
        return Ended(Done.UNKNOWN)
