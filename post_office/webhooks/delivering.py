"""All couriers: one for each endpoint, none of which waits for another."""

import asyncio

from post_office.webhooks.courier import Courier
from post_office.webhooks.means import Means


class Delivering:
    """Delivers to every endpoint.

    Args:
        means: What couriers work with.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._couriers: dict[str, Courier] = {}
        self._new = asyncio.Event()

    async def run(self) -> None:
        """Deliver until cancelled."""
        under_way: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                self._new.clear()
                for endpoint in await self._means.store.all():
                    self.courier(endpoint.id)
                for name in [name for name, task in under_way.items() if task.done()]:
                    under_way.pop(name)
                for name, courier in self._couriers.items():
                    if name not in under_way:
                        under_way[name] = asyncio.create_task(courier.run(), name=f"webhook {name}")
                await self._new.wait()
        finally:
            for task in under_way.values():
                task.cancel()
            await asyncio.gather(*under_way.values(), return_exceptions=True)
            await self._means.sender.close()

    def courier(self, endpoint: str) -> Courier:
        """The courier of an endpoint that there is."""
        if endpoint not in self._couriers:
            self._couriers[endpoint] = Courier(endpoint, self._means)
        return self._couriers[endpoint]

    def made(self, endpoint: str) -> None:
        """An endpoint was made."""
        self.courier(endpoint)
        self._new.set()

    def changed(self, endpoint: str) -> None:
        """Something about an endpoint was changed."""
        self.courier(endpoint).wake()

    async def removed(self, endpoint: str) -> None:
        """An endpoint was removed: what is under way to it ends."""
        if courier := self._couriers.pop(endpoint, None):
            courier.wake()
        await self._means.sender.forget(endpoint)
        self._new.set()
