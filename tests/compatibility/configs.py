#!/usr/bin/env python3
"""The pants.ini of real repositories, untouched and migrated: both must give every option the same value.

    configs.py CHECKOUTS                       compares each, prints the table of docs/compatibility.md
    configs.py CHECKOUTS --update              writes it there

CHECKOUTS is the directory that compatibility.py takes. Nothing is written into a checkout: each pants.ini is copied
into an empty build root, `migrate-config` writes its pants.toml, and `options` answers for one and then for the other.
"""

import argparse
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import compatibility

# What migrate-config changes on purpose: items that are of Pants v1 alone become comments.
LISTS_OF_PLUGINS = {"plugins", "backend_packages"}

Row = collections.namedtuple("Row", "keys options differences idle unknown")


def run(pants, root, *words):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(root.parent), "USER": "someone", "PANTS_PANTSRC": "false"}
    return subprocess.run([pants, "--no-pantsd", *words], cwd=root, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def resolved(pants, root):
    """The value of every option, by its full name."""
    said = run(pants, root, "--no-verify-config", "options", "--output-format=json")
    if said.returncode != 0:
        return {"": said.stderr.strip()}
    return {name: answer["value"] for name, answer in json.loads(said.stdout).items()}


def without_plugins(values):
    """Lists of plugins are compared without the items that nobody can load."""
    return {name: value for name, value in values.items() if name.replace("-", "_") not in LISTS_OF_PLUGINS}


def compare(pants, ini):
    with tempfile.TemporaryDirectory(prefix="configs-") as scratch:
        root = pathlib.Path(scratch).resolve() / "root"
        root.mkdir()
        (root / "BUILDROOT").touch()
        shutil.copy(ini, root / "pants.ini")
        refused = run(pants, root, "options").stderr
        old = resolved(pants, root)
        migrated = run(pants, root, "migrate-config")
        if migrated.returncode != 0:
            sys.exit("%s: %s" % (ini, migrated.stderr))
        (root / "pants.ini").unlink()
        accepted = run(pants, root, "options")
        if accepted.returncode != 0:
            print("%s: migrated, and refused: %s" % (ini, accepted.stderr), file=sys.stderr)
        new = resolved(pants, root)
        old, new = without_plugins(old), without_plugins(new)
        differences = sorted(name for name in {**old, **new} if old.get(name) != new.get(name))
        for name in differences:
            print("%s: %s: %r, migrated %r" % (ini, name, old.get(name), new.get(name)), file=sys.stderr)
        keys = len(re.findall(r"(?m)^[A-Za-z][^:=\[\]\n]*[:=]", ini.read_text()))
        idle = len(re.findall("is a comment: an option of Pants", migrated.stderr))
        unknown = sorted(set(re.findall(r"unknown (?:section|option) (`[^`]+`(?: in section `[^`]+`)?)", refused)))
        return Row(keys, len(old), len(differences), idle, unknown)


def table(rows):
    yield "| pants.ini | keys | without effect here | unknown | options compared | that differ |"
    yield "|---|--:|--:|---|--:|--:|"
    for name, row in rows:
        unknown = ", ".join(word.replace(" in section", " of") for word in row.unknown)
        yield "| %s | %d | %d | %s | %d | %d |" % (name, row.keys, row.idle, unknown, row.options, row.differences)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=pathlib.Path, help="the directory in which the checkouts lie")
    parser.add_argument("--pants", default=compatibility.TOP / "target" / "release" / "pants", type=pathlib.Path,
                        help="the binary")
    parser.add_argument("--update", action="store_true", help="write docs/compatibility.md")
    options = parser.parse_args()
    rows = []
    for repository, commit, _ in compatibility.REPOSITORIES:
        checkout = options.checkouts / compatibility.directory_name(repository, commit)
        for ini in sorted(checkout.rglob("pants.ini")):
            place = ini.parent.relative_to(checkout)
            name = "%s %s" % (repository, commit[:6]) + ("" if place == pathlib.Path(".") else ", %s" % place)
            rows.append((name, compare(options.pants.resolve(), ini)))
    lines = list(table(rows))
    if options.update:
        compatibility.update(lines, "configs.py")
    else:
        print("\n".join(lines))
    sys.exit(1 if any(row.differences for _, row in rows) else 0)


if __name__ == "__main__":
    main()
