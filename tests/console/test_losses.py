"""Beginning anew without a store that is lost: only on purpose, and written down."""

from pathlib import Path

import pytest

from contracts.agencies import read_directory
from runtime.keys.files import Keys
from runtime.settings import Settings
from runtime.stores.stores import StoreLost
from tests.console.cli import Cli
from workers.wiring import Wiring


def test_a_loss_is_accepted_by_name_and_stands_in_the_audit_log(tmp_path: Path) -> None:
    home = tmp_path / "home"
    cli, settings = Cli({"KETEN_HOME": str(home)}), Settings(home=home)
    Keys(settings.keys).create(read_directory())
    Wiring(settings, "", "").prepare_case_keys("almere")
    (home / "case-keys" / "almere.db").unlink()
    with pytest.raises(StoreLost, match="keten provision --accept-loss case-keys/almere"):
        Wiring(settings, "", "").prepare_case_keys("almere")
    assert "there are: case-keys/almere" in cli("provision", "--accept-loss", "case-keys/nobody", code=1)
    assert "accepted: the next start begins without" in cli("provision", "--accept-loss", "case-keys/almere")
    assert "operator provision - loss:case-keys:almere" in cli("audit", "show", "--at", "almere")
    Wiring(settings, "", "").prepare_case_keys("almere")
    assert (home / "case-keys" / "almere.db").exists()
