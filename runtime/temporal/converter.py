"""Values as payloads, in pydantic's way."""

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter

PARTS = tuple(PydanticPayloadConverter().converters.values())


class OncePayloadConverter(CompositePayloadConverter):
    """The library makes one for every task and call; what this one is made of, and knows of types, is made once."""

    def __init__(self) -> None:
        super().__init__(*PARTS)
