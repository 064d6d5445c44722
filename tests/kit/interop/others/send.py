"""Sends an event by ``cloudevents`` for Python, in one of its four ways, and prints what was answered."""

import json
import os
import sys
from datetime import datetime

import httpx
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.http import CloudEvent as EventOfV1
from cloudevents.v1.http import to_binary, to_structured

way, attributes, data = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
if way.startswith("v1-"):
    written = {"v1-structured": to_structured, "v1-binary": to_binary}[way](EventOfV1(attributes, data))
else:
    attributes["time"] = datetime.fromisoformat(attributes["time"])
    message = {"structured": to_structured_event, "binary": to_binary_event}[way](CloudEvent(attributes, data))
    written = message.headers, message.body
headers, body = written
token = {"Authorization": f"Bearer {os.environ['POST_TOKEN']}"}
answer = httpx.post(f"{os.environ['POST_OFFICE']}/v1/events", headers={**headers, **token}, content=body, timeout=30)
print(json.dumps({"status": answer.status_code, "said": answer.json()}))
