#!/usr/bin/env python3
"""questions.py GRAPH PANTS CHECKOUT [TARGETS]: asks a binary about random targets (200), and works the answers out itself.

GRAPH holds a target a line (address, type, dependencies, sources, tags). The seed is fixed: a run can be repeated.
"""
import json, os, random, subprocess, sys

graph_file, pants, checkout = sys.argv[1:4]
graph = {target["address"]: target for target in map(json.loads, open(graph_file, encoding="utf-8"))}
below = {address: [d for d in target["dependencies"] if d in graph] for address, target in graph.items()}
above = {address: [user for user in graph if address in below[user]] for address in graph}

def ask(*words):
    run = subprocess.run([os.path.abspath(pants), *words], cwd=checkout, stdout=subprocess.PIPE, check=True)
    return run.stdout.decode().splitlines()

def full(reference):
    return reference if ":" in reference else reference + ":" + reference.split("/")[-1]

def addresses(lines):
    return [address for address in map(full, lines) if address in graph]

def closure(edges, root):
    found, left = set(), [root]
    while left:
        address = left.pop()
        left.extend([] if address in found else edges[address])
        found.add(address)
    return found

def paths(start, end, reaches):
    rest = [path for next in below[start] if next in reaches for path in paths(next, end, reaches)]
    return [[end]] if start == end else [[start] + path for path in rest]

def is_sorted(order):
    place = {address: index for index, address in enumerate(order)}
    return all(place[dependency] < place[address] for address in order for dependency in below[address])

build_file = {target["address"]: target["file"] for target in json.loads("\n".join(ask("peek", "::")))}
chosen, wrong = random.Random(1), 0
for start in chosen.sample(sorted(graph), min(len(graph), int((sys.argv[4:] or [200])[0]))):
    inside = closure(below, start)
    some = {*chosen.sample(sorted(graph), 5), *chosen.sample(sorted(inside), min(len(inside), 3))}
    # Pairs whose paths can be counted: few targets lie between them.
    end = chosen.choice(sorted(a for a in inside - {start} if len(closure(above, a) & inside) < 12) or [start])
    files = {build_file[a] for a in inside} | {source for a in inside for source in graph[a]["sources"]}
    printed = ask("paths", start, end) if start != end else ["\t[%s]" % start]
    said_paths = [[full(a) for a in line.strip()[1:-1].split(", ")] for line in printed if line.startswith("\t")]
    order = addresses(ask("sort", *sorted(inside)))
    for question, said, expected in [
            ("dependencies", sorted(addresses(ask("dependencies", "--transitive", start))), sorted(inside)),
            ("dependees", sorted(addresses(ask("dependees", "--transitive", start))), sorted(closure(above, start) - {start})),
            ("filedeps", sorted(ask("filedeps", "--transitive", start)), sorted(files)),
            ("sort", (sorted(order), is_sorted(order)), (sorted(inside), True)),
            ("minimize", sorted(addresses(ask("minimize", *sorted(some)))), sorted(
                a for a in some if not any(a in closure(below, b) for b in some - {a}))),
            ("paths", sorted(said_paths), sorted(paths(start, end, closure(above, end))))]:
        if said != expected:
            wrong += 1
            print("%s of %s:\n  said     %s\n  expected %s" % (question, start, said, expected))
sys.exit("%d answers differ" % wrong if wrong else 0)
