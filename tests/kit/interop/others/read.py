"""Reads the feed by ``cloudevents`` for Python, both layers, and prints every event as that library writes it again."""

import json
import os

import httpx
from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_structured_event
from cloudevents.v1.http import from_http, to_structured

token = {"Authorization": f"Bearer {os.environ['POST_TOKEN']}"}
batch = httpx.get(f"{os.environ['POST_OFFICE']}/v1/feed", headers=token, timeout=30).json()
structured = {"content-type": "application/cloudevents+json"}
for event in batch:
    body = json.dumps(event).encode()
    new = json.loads(to_structured_event(from_http_event(HTTPMessage(structured, body))).body)
    old = json.loads(to_structured(from_http(structured, body))[1])
    print(json.dumps({"new": new, "old": old}))
