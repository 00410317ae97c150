"""Reads each address with feedparser and prints, as JSON, the entries and what a second poll answers.

The second poll is made three times: with both validators, with the entity tag alone, with the date alone.
"""

import json
import sys

import feedparser


def read(url):
    first = feedparser.parse(url)
    if first.bozo:
        raise SystemExit(f"{url}: {first.bozo_exception}")
    tag, modified = first.etag, first.modified
    polls = {
        "both": feedparser.parse(url, etag=tag, modified=modified),
        "etag": feedparser.parse(url, etag=tag),
        "modified": feedparser.parse(url, modified=modified),
    }
    return {
        "version": first.version,
        "entries": [{"id": e.id, "title": e.title} for e in first.entries],
        "polls": {name: poll.status for name, poll in polls.items()},
    }


json.dump({url: read(url) for url in sys.argv[1:]}, sys.stdout)
