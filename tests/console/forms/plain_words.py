"""Words that say what they are about: enough to see where each stands."""


class PlainWords:
    """Every word is its key."""

    def field(self, model: str, name: str) -> str:
        return f"{model}.{name}"

    def hint(self, model: str, name: str) -> str:
        return f"hint of {model}.{name}"

    def value(self, enum: str, value: str) -> str:
        return f"{enum}:{value}"

    def page(self, key: str, **facts: object) -> str:
        return " ".join([key, *(f"{name}={value}" for name, value in facts.items())])
