"""Checks feeds with the W3C feed validator and prints, as JSON, what it finds at level AA.

usage: validate.py CHECKOUT FILE ADDRESS [FILE ADDRESS …], where ADDRESS is what the feed says of itself.
"""

import json
import sys

sys.path.insert(0, sys.argv[1] + "/src")

import feedvalidator  # noqa: E402
from feedvalidator import compatibility  # noqa: E402
from feedvalidator.formatter.text_plain import Formatter  # noqa: E402


def findings(path, address):
    with open(path, encoding="utf-8") as file:
        events = feedvalidator.validateString(file.read(), base=address)["loggedEvents"]
    return list(Formatter(compatibility.AA(events)))


pairs = zip(sys.argv[2::2], sys.argv[3::2])
json.dump({address: findings(path, address) for path, address in pairs}, sys.stdout)
