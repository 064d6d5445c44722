"""Beginning anew without a store that is lost: on purpose, at rest, and written down."""

from console.installation import Installation
from console.screen import good, screen
from contracts.agencies import Agency
from runtime.audit.entry import Action
from runtime.servers.running import AlreadyRunning, read_running


async def accept_loss(store: str) -> None:
    """Take a store off the list of those that must be there; each agency that it concerns has an entry in its audit log.

    Args:
        store: Its name, as the refusal says it.

    Raises:
        AlreadyRunning: Its servers run.
        LookupError: The installation has no such store.
    """
    installation = Installation.at_rest()
    if read_running(installation.settings):
        raise AlreadyRunning(f"Keten runs in {installation.settings.home}: stop it first")
    installation.stores.forget(store)
    for agency in _concerned(installation, store):  # after it: what is lost may be the audit log itself
        await installation.witness.note(agency, Action.PROVISION, f"loss:{store.replace('/', ':')}")
    screen.print(good("accepted", f": the next start begins without what was in {store}, or takes what is there"))


def _concerned(installation: Installation, store: str) -> list[Agency]:
    slug = store.partition("/")[2]
    return [agency for agency in installation.ours if slug in {"", agency.slug}]
