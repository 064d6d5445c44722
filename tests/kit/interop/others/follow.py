"""A reader as http-feeds describes it: it prints each event's id, and comes again after the last one, whatever happens."""

import os
import time

import httpx

feed, last = f"{os.environ['POST_OFFICE']}/v1/feed", {}
with httpx.Client(headers={"Authorization": f"Bearer {os.environ['POST_TOKEN']}"}, timeout=30) as http:
    while True:
        try:
            for event in http.get(feed, params={"timeout": 5000, **last}).raise_for_status().json():
                print(event["id"], flush=True)
                last = {"lastEventId": event["id"]}
        except httpx.HTTPError:
            time.sleep(0.2)
