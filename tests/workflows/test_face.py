"""What is readable of a workflow without a key: nothing that somebody wrote fits there."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.event import File
from contracts.places import CARE_REGIONS
from contracts.reference import new_reference
from workflows.engine.attributes import Face

WRITTEN = ["Jan Jansen", "jan.jansen@example.org", "born 1990", "+31 6 00000000", "two\nlines", "Straatweg 1"]


def face(**changed: Any) -> Face:
    usual: dict[str, Any] = {
        "phase": "with_coordinator",
        "owner": "coordinator-almere",
        "region": "Almere",
        "kind": File.SIGNAL,
        "case": new_reference(),
        "deadline": None,
        "overdue": False,
    }
    return Face(**usual | changed)


@pytest.mark.parametrize("field", ["phase", "owner", "kind", "case"])
@pytest.mark.parametrize("text", WRITTEN)
def test_what_somebody_wrote_fits_no_attribute(field: str, text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        face(**{field: text})
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_region_that_no_table_knows_is_not_shown(text: str) -> None:
    assert not [value for value in face(region=text).values if text in str(value)]
    assert "Almere" in str(face().values)
    assert {"Almere", "Zwolle"} <= CARE_REGIONS


def test_every_field_is_of_a_kind_that_says_nothing() -> None:
    """A further field must be thought about: what may be readable of every workflow of every agency?"""
    assert set(Face.model_fields) == {"phase", "owner", "region", "kind", "case", "deadline", "overdue"}
