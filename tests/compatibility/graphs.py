#!/usr/bin/env python3
"""graphs.py EXPECTED PEEK: the differences of two graphs; exits with 1 if there are any.

EXPECTED holds a target a line as JSON (address, type, dependencies, sources, tags); PEEK is what `peek ::` prints.
"""

import json
import sys


def targets_of(text):
    """A JSON array of targets, or a target a line, by address."""
    found = json.loads(text) if text.lstrip().startswith("[") else map(json.loads, text.splitlines())
    return {target["address"]: target for target in found}


def differences(expected, said):
    """The differences of two graphs, as lines."""
    for address in sorted(set(expected) | set(said)):
        if address not in said:
            yield "%s: is missing" % address
        elif address not in expected:
            yield "%s: is not expected" % address
        else:
            yield from ("%s: %s" % (address, line) for line in of_target(expected[address], said[address]))


def of_target(expected, said):
    """The differences of one target in two graphs."""
    if expected["type"] != said["type"]:
        yield "type: `%s` is expected, not `%s`" % (expected["type"], said["type"])
    for key in ("dependencies", "sources", "tags"):
        lacking = sorted(set(expected[key]) - set(said[key]))
        more = sorted(set(said[key]) - set(expected[key]))
        if lacking or more:
            yield "%s: lacks %s, has %s besides" % (key, lacking, more)


def main():
    texts = [open(file, encoding="utf-8").read() for file in sys.argv[1:3]]
    found = list(differences(*map(targets_of, texts)))
    print("\n".join(found + ["%d differences" % len(found)]))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
