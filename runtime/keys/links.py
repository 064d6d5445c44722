"""Which reference of its own an observation has, and of which case it is: beside the key of that case, and erased with it.

It stands nowhere else in clear. So who destroys the key of the case has cut the way between the two, in both directions.
"""

import asyncio
from functools import cached_property

from sqlalchemy import Engine, delete, select

from contracts.reference import new_reference
from runtime.database import insert_once, open_database, overwrite
from runtime.keys.tables import LINK


class Links:
    """The links of one agency; ``upgrade`` must have made the tables of the case keys."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def made(self, case: str) -> str:
        """The reference that leads back to a case, made when it is first asked for."""
        return await asyncio.to_thread(self._made, case)

    async def of(self, case: str) -> str | None:
        """The reference that was made for a case; None: none was, or the case was erased."""
        return await asyncio.to_thread(self._one, select(LINK.c.reference).where(LINK.c.case_reference == case))

    async def case_of(self, reference: str) -> str | None:
        """The case to which a reference leads back; None: to none any more."""
        return await asyncio.to_thread(self._one, select(LINK.c.case_reference).where(LINK.c.reference == reference))

    async def forget(self, case: str) -> None:
        """Cut the way between a case and what was noted in it."""
        await asyncio.to_thread(self._forget, case)

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self._url, existing=True)

    def _made(self, case: str) -> str:
        ours = select(LINK.c.reference).where(LINK.c.case_reference == case)
        with self._engine.begin() as connection:
            insert_once(connection, LINK, {"case_reference": case, "reference": new_reference()})
            return connection.execute(ours).scalar_one()

    def _one(self, query: object) -> str | None:
        with self._engine.begin() as connection:
            return connection.scalar(query)  # type: ignore[call-overload]

    def _forget(self, case: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(LINK).where(LINK.c.case_reference == case))
        overwrite(self._engine, LINK)
