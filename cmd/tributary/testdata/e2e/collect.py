"""Polls feeds with feedparser and keeps their entries by id, in NAME.json where it stands.

usage: collect.py NAME ADDRESS [NAME ADDRESS …]

An entry that comes again replaces the one with its id; one that a document has twice is kept twice, so that it shows.
"""

import json
import pathlib
import sys

import feedparser


def poll(name, address):
    file = pathlib.Path(name + ".json")
    kept = json.loads(file.read_text()) if file.exists() else {"items": [], "etag": None, "modified": None}
    feed = feedparser.parse(address, etag=kept["etag"], modified=kept["modified"])
    if feed.bozo:
        raise SystemExit(f"{address}: {feed.bozo_exception}")
    if feed.status == 304:
        return
    new = [{"id": e.id, "title": e.title, "url": e.link} for e in feed.entries]
    ids = {e["id"] for e in new}
    kept["items"] = [e for e in kept["items"] if e["id"] not in ids] + new
    kept["etag"], kept["modified"] = feed.get("etag"), feed.get("modified")
    file.write_text(json.dumps(kept))


for name, address in zip(sys.argv[1::2], sys.argv[2::2]):
    poll(name, address)
