#!/usr/bin/env python3
"""Real repositories of the Pants v1 years, their BUILD files untouched, and what is said about them.

    compatibility.py --clone-commands          prints the commands that make the checkouts
    compatibility.py CHECKOUTS                 asks about each, prints the tables of docs/compatibility.md
    compatibility.py CHECKOUTS --update        writes them there

Beside this file, below repositories/, stands what an organisation adds for each: a pants.toml, at times a prelude.
Nothing is written into a checkout: each is copied, gets these files, and answers `peek ::`.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import graphs

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
DOCUMENT = TOP / "docs" / "compatibility.md"

# Repository, commit, and the directory that it had in the tree of its owner, if that was not the root.
REPOSITORIES = [
    ("twitter/commons", "10df6fb63547", ""),
    ("apache/aurora", "11ebaeeb0", ""),
    ("pantsbuild/pants", "9e9b1a90165f", ""),
    ("pantsbuild/pants", "948bd954a6f6", ""),
    ("twitter/finatra", "291d1b781b8f", "finatra"),
    ("twitter/finagle", "8b74e72e38dc", "finagle"),
    ("jhump/bluegosling", "2d9607fbcd78", ""),
    ("pantsbuild/intellij-pants-plugin", "c2c058708647", ""),
    ("pantsbuild/jarjar", "164a97d3600e", ""),
    ("ericzundel/mvn2pants", "75aa36b62c0e", ""),
    ("aurora-scheduler/aurproxy", "b74c393238b6", ""),
    ("Impavidity/pbase", "b5577fe1e140", ""),
    ("ashwin153/caustic", "3d5ce0e88aad", ""),
    ("LarryFinn/dao", "9d967587d418", ""),
    ("twitter/rsc", "c63fb523513a", ""),
    ("coursier/coursier", "53c9f9cb4d51", ""),
    ("twitter/scalding", "5a87d94922e6", ""),
    ("UoB-tv/uob-tv-rpc-services", "8866966e3060", ""),
    ("lawrencefinn/play-pants", "34f58d6d13f2", ""),
    ("scalapb/scalapb-pants", "4d0145b1d8a1", ""),
    ("arron-green/pants-avro", "fda2605cace4", ""),
    ("dfabulich/hello_task", "57c6b34dc1b7", ""),
]

PLACE = re.compile(r"^(?P<file>[^\s:][^:]*):(?P<line>\d+):(?P<column>\d+): (?P<warning>warning: )?(?P<message>.*)")

SYMBOL = re.compile(r"^  (?P<symbol>`\S+`): (?:once|(?P<times>\d+) times), (?:first )?at (?P<file>[^:]+):(?P<line>\d+):")
SUMMARY = re.compile(r"^error: (BUILD files use \d+ symbols|\d+ errors?\b)")

Answer = collections.namedtuple("Answer", "build_files targets errors warnings other")


def directory_name(repository, commit):
    return repository.replace("/", "+") + "@" + commit


def clone_commands():
    """The commands that make the checkouts; to be run where they shall lie."""
    for repository, commit, _ in REPOSITORIES:
        name = directory_name(repository, commit)
        yield "git clone --quiet https://github.com/%s %s && git -C %s checkout --quiet %s" % (
            repository, name, name, commit)


def ask(pants, checkout, additions, place):
    """Copies a checkout, adds what its organisation would add, and asks for all its targets."""
    with tempfile.TemporaryDirectory(prefix="compatibility-") as scratch:
        root = pathlib.Path(scratch).resolve() / "root"
        shutil.copytree(checkout, root / place, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        shutil.copytree(additions, root, dirs_exist_ok=True)
        build_root = next(additions.rglob("pants.toml")).parent.relative_to(additions)
        environment = {"PATH": os.environ["PATH"], "HOME": scratch}
        run = subprocess.run([pants, "--keep-going", "--max-errors=0", "peek", "::"], cwd=root / build_root, env=environment,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if run.returncode not in (0, 1):
            sys.exit("%s: ended with %s: %s" % (checkout.name, run.returncode, run.stderr.decode()[-2000:]))
        targets = json.loads(run.stdout) if run.stdout.strip() else []
        return Answer(count_build_files(root / place), targets, *sort_out(run.stderr.decode("utf-8", "replace")))


def count_build_files(root):
    """The files that Pants would read; those for Bazel are passed over by the pants.toml."""
    is_build_file = re.compile(r"BUILD(\.(?!bazel$|md$|java$)[^/]*)?$").match
    return sum(1 for _, _, files in os.walk(root) for name in files if is_build_file(name))


def sort_out(stderr):
    """Errors and warnings as (place, message), and the lines at the left that are neither."""
    errors, warnings, other = [], [], []
    for line in stderr.splitlines():
        found, symbol = PLACE.match(line), SYMBOL.match(line)
        if found:
            place = "%s:%s" % (found["file"], found["line"])
            (warnings if found["warning"] else errors).append((place, found["message"]))
        elif symbol:
            place = "%s:%s" % (symbol["file"], symbol["line"])
            errors.extend([(place, "%s is not defined" % symbol["symbol"])] * int(symbol["times"] or 1))
        elif line and not line[0].isspace() and "|" not in line and not SUMMARY.match(line):
            other.append(line)
    return errors, warnings, other


def kinds(messages):
    """Messages that differ in the words between backticks only, the most frequent first: (count, place, message)."""
    found = collections.OrderedDict()
    for place, message in messages:
        found.setdefault(re.sub("`[^`]*`", "``", message), []).append((place, message))
    return sorted(((len(all_of), *all_of[0]) for all_of in found.values()), key=lambda kind: -kind[0])


def tables(answers):
    """The two tables of the document."""
    yield "| repository | commit | BUILD files | targets | errors | warnings |"
    yield "|---|---|--:|--:|--:|--:|"
    for (repository, commit, _), answer in answers:
        yield "| %s | %s | %d | %d | %d | %d |" % (
            repository, commit, answer.build_files, len(answer.targets), len(answer.errors), len(answer.warnings))
    yield ""
    yield "What is refused, each kind of message with its count and its first place:"
    yield ""
    yield "| repository | count | place | message |"
    yield "|---|--:|---|---|"
    for (repository, commit, _), answer in answers:
        for count, place, message in kinds(answer.errors):
            yield "| %s %s | %d | %s | %s |" % (repository, commit[:6], count, place, message.replace("|", "\\|"))


def update(lines, writer="compatibility.py"):
    """Puts lines between the marks of the document that are a script's own."""
    text = DOCUMENT.read_text()
    marks = re.compile(r"(<!-- %s writes below -->\n).*?(<!-- and above -->\n)" % re.escape(writer), re.DOTALL)
    written, count = marks.subn(lambda found: found[1] + "\n" + "\n".join(lines) + "\n\n" + found[2], text)
    assert count == 1, "the marks stand in %s" % DOCUMENT
    DOCUMENT.write_text(written)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="?", type=pathlib.Path, help="the directory in which the checkouts lie")
    parser.add_argument("--clone-commands", action="store_true", help="print the commands that make the checkouts")
    parser.add_argument("--pants", default=TOP / "target" / "release" / "pants", type=pathlib.Path, help="the binary")
    parser.add_argument("--only", default="", help="only repositories with this text in their directory's name")
    parser.add_argument("--golden", type=pathlib.Path, help="a directory with graphs of Pants itself to compare with")
    parser.add_argument("--update", action="store_true", help="write docs/compatibility.md")
    options = parser.parse_args()
    if options.clone_commands or options.checkouts is None:
        print("\n".join(clone_commands()))
        return
    answers, is_equal = [], True
    for row in REPOSITORIES:
        name = directory_name(row[0], row[1])
        checkout = options.checkouts / name
        if options.only not in name:
            continue
        if not checkout.is_dir():
            print("%s is not there; --clone-commands says how to get it" % checkout, file=sys.stderr)
            continue
        answers.append((row, ask(options.pants.resolve(), checkout, HERE / "repositories" / name, row[2])))
        for line in answers[-1][1].other:
            print("%s: %s" % (name, line), file=sys.stderr)
        for golden in sorted(options.golden.glob(row[0].replace("/", "-") + "-*.jsonl")) if options.golden else []:
            said = {target["address"]: target for target in answers[-1][1].targets}
            for difference in graphs.differences(graphs.targets_of(golden.read_text()), said):
                is_equal = False
                print("%s: %s" % (name, difference), file=sys.stderr)
    lines = list(tables(answers))
    update(lines) if options.update else print("\n".join(lines))
    sys.exit(0 if is_equal else 1)


if __name__ == "__main__":
    main()
