"""Whatever a published schema allows is taken, and what is written is read back as it was."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from console.generate.schemas import envelope_schema
from contracts.catalogue import BY_SHORT_NAME
from contracts.envelope import CloudEvent
from contracts.schemas import data_schema
from tests.contracts.from_schema import TIMES, values
from tests.contracts.messages import NOW

pytestmark = pytest.mark.long

ENVELOPE = envelope_schema()
DRAWN_APART = {"type", "time", "data"}
ATTRIBUTES = values(
    {
        "type": "object",
        "properties": {name: field for name, field in ENVELOPE["properties"].items() if name not in DRAWN_APART},
        "required": [name for name in ENVELOPE["required"] if name not in DRAWN_APART],
    },
    ENVELOPE,
)


@pytest.mark.parametrize("name", BY_SHORT_NAME)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=st.data(), time=TIMES)
def test_round_trip(name: str, drawn: st.DataObject, time: datetime):
    event_class = BY_SHORT_NAME[name]
    schema = data_schema(event_class)
    data: dict[str, Any] = drawn.draw(values(schema, schema))
    attributes: dict[str, Any] = drawn.draw(ATTRIBUTES)
    try:
        event = event_class.model_validate(data)
    except ValidationError as error:
        assert "no_ground" in str(error)  # noqa: PT017 - the one rule that no schema says
        reject()
    message = CloudEvent.model_validate(
        {**attributes, "type": event_class.rule.type, "time": time, "data": event.model_dump(mode="json")}
    )
    read = CloudEvent.from_json(message.to_json(), NOW)
    assert read == message
    assert read.event() == event
