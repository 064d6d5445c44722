"""What a form needs to be told in the language of a person."""

from typing import Protocol


class Spoken(Protocol):
    """Words of one language."""

    def field(self, model: str, name: str) -> str:
        """The label of a field of a model, by the name of its class."""
        ...

    def hint(self, model: str, name: str) -> str:
        """What helps to fill it in; empty: nothing."""
        ...

    def value(self, enum: str, value: str) -> str:
        """A value of an enum, by the name of its class."""
        ...

    def page(self, key: str, **facts: object) -> str:
        """Words of the pages themselves."""
        ...
