"""What was gathered for a person who asks for access, as a console reads it."""

from contracts.events.disclosures import DisclosureMade, DisclosureRefused
from contracts.text import Model, Slug


class Answer(Model):
    """What one agency answered.

    Attributes:
        proof: The answer as that agency signed it: a JWS in compact form.
    """

    agency: Slug
    made: DisclosureMade | None = None
    refused: DisclosureRefused | None = None
    proof: str = ""


class Answers(Model):
    """What all agencies answered that were asked, and who has not yet."""

    answers: tuple[Answer, ...]
    waiting: tuple[Slug, ...]
