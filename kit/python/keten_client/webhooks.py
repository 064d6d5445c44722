"""A webhook is from our post office, or it is not: Standard Webhooks, verified by its own library."""

from collections.abc import Mapping

from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from keten_client.models import Event

__all__ = ["Forged", "verify"]


class Forged(Exception):  # noqa: N818 - an answer
    """Nobody who knows the secret sent this, or not in the last five minutes. Answer 401, and use nothing of it."""


def verify(body: bytes, headers: Mapping[str, str], *secrets: str) -> Event:
    """What a webhook tells, once its signature and time have been verified.

    Args:
        body: As it came, byte for byte: not parsed and written again.
        headers: Of the request, whatever their case.
        secrets: Of the endpoint, ``whsec_...``; the new one and the old one while you change it.

    Raises:
        Forged: No secret fits, a header is missing or malformed, or its time is more than five minutes from ours.
        ValueError: No secret was given, or what was signed is no CloudEvent.
    """
    if not secrets:
        raise ValueError("without a secret nothing can be verified: give that of the endpoint, whsec_...")
    if not any(_fits(secret, body, headers) for secret in secrets):
        raise Forged("no secret fits this webhook, or it is not of the last five minutes: compare the two clocks, too")
    try:
        return Event.model_validate_json(body)
    except ValidationError:
        raise ValueError("the signature fits, and what was signed is no CloudEvent") from None


def _fits(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    webhook = Webhook(secret)
    try:
        webhook.verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # the library splits and decodes what came before it knows whether it fits
        return False
    return True
