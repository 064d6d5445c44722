"""A receiver of webhooks, with one library that others wrote.

Run it with ``WEBHOOK_SECRET=whsec_... python docs/examples/webhook.py``.
"""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

SEEN: set[str] = set()


class Receiver(BaseHTTPRequestHandler):
    """Takes each event once."""

    def do_POST(self) -> None:
        """Verify the bytes as they came, then answer."""
        body, status = self.rfile.read(int(self.headers["content-length"])), 204
        try:
            event = Webhook(os.environ["WEBHOOK_SECRET"]).verify(body, dict(self.headers))
            if event["id"] not in SEEN:  # the same event may come twice: it has one effect
                SEEN.add(event["id"])
                print(event["type"], event["id"], flush=True)
        except WebhookVerificationError:
            status = 401
        self.send_response(status)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Receiver).serve_forever()
