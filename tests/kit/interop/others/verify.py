"""Verifies webhooks by ``standardwebhooks`` for Python: one a line in, ``holds`` or ``fails`` out."""

import json
import sys

from standardwebhooks import Webhook

for line in sys.stdin:
    sent = json.loads(line)
    try:
        Webhook(sent["secret"]).verify(sent["body"], sent["headers"])
        print("holds")
    except Exception:  # the library raises errors of several kinds for what is malformed
        print("fails")
