"""The headers of Standard Webhooks, anew at each try: whoever is told late can still check when it was sent."""

from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook


def signed(secrets: Sequence[str], event_id: str, at: datetime, body: str) -> dict[str, str]:
    """``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``, with a signature of each secret.

    Args:
        secrets: Those in force, the newest first.
        event_id: Of the event: the same at each try.
        at: Now.
        body: Exactly what is sent.
    """
    moment = at.astimezone(UTC)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event_id, moment, body) for secret in secrets),
    }
