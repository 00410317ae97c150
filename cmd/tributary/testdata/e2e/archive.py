"""Prints the ids of a feed and of its archive, each once: the link prev-archive of RFC 5005 is followed to the first page.

usage: archive.py ADDRESS
"""

import sys

import feedparser

ids, address = {}, sys.argv[1]
while address:
    page = feedparser.parse(address)
    if page.bozo:
        raise SystemExit(f"{address}: {page.bozo_exception}")
    ids.update((e.id, None) for e in page.entries)
    address = next((link.href for link in page.feed.links if link.rel == "prev-archive"), None)
print("\n".join(ids))
