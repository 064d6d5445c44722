"""An erasure as an office does it reaches what people have begun at the web console."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from activities.erasing import Erasing, ErasureOrder
from contracts.reference import new_reference
from runtime.drafts.drafts import Drafts
from runtime.drafts.erasing import Begun
from runtime.drafts.sealing import Place, Typed, seal, unseal
from runtime.drafts.taken import Taking
from runtime.keys.case_keys import CaseErased
from runtime.migrations import Tables, upgrade
from tests.console.web.serving import installed
from tests.workflows.doubles import Vault
from workers.holdings import holdings

SLUG = "coordinator-almere"
TYPED = Typed([("needs", "zzmark-draft-zz")], "seen")


async def test_a_half_done_form_goes_with_its_case_and_another_stays(tmp_path: Path) -> None:
    installation = installed(tmp_path / "home")
    url, keys = installation.settings.console, installation.case_keys(SLUG)
    upgrade(url, Tables.SESSIONS)
    installation.prepare_case_keys(SLUG)
    case, other = (Place(SLUG, "c-17", f"case-{new_reference()}", "record_intake") for _ in range(2))
    before: dict[Place, bytes] = {}
    for place in (case, other):
        await keys.make_or_get(place.file[5:])
        before[place] = await seal(keys, place, TYPED)
        await Drafts(url).keep(place, "t", before[place])
        await Taking(url).take(SLUG, place.file, "c-17")
    nothing: Any = None
    held = holdings(installation.directory.get(SLUG), installation, nothing, nothing)
    begun = [store for store in held.stores if isinstance(store, Begun)]
    vault = Vault()
    here = replace(held, stores=begun, exchanges=vault, files=vault, persons=vault, mail=vault)
    order = ErasureOrder(reference=case.file[5:], orders=("x.e-1.x", "x.e-2.x"))
    await Erasing(SLUG, installation.directory, here).erase(order)
    assert (await Drafts(url).find(case), await Taking(url).of(SLUG, [case.file])) == (None, {})
    try:
        await unseal(keys, case, before[case])
    except CaseErased:
        pass
    else:
        raise AssertionError("a copy of the database from before could be read")
    found = await Drafts(url).find(other)
    assert found
    assert await unseal(keys, other, found.sealed) == TYPED
    assert other.file in await Taking(url).of(SLUG, [other.file])
