#!/usr/bin/env python3
"""Turns what the drivers printed into tables of medians and ratios, in Markdown: table.py FILE… (or standard input).

Fails if an engine disagreed with an expected decision. README.md beside this file says what the drivers print.
"""
import collections
import fileinput
import statistics
import sys

SIZES = ["S", "M", "L", "X"]
OURS = "ostiary"
# By how much one decision of ours is to be faster, all entities preloaded.
GOALS = {("cedar-rust", "S"): 60, ("cedar-go", "S"): 15, ("OPA", "S"): 50, ("cedar-rust", "M"): 1_000,
         ("cedar-rust", "L"): 20_000, ("OPA", "L"): 40}
JSON_GOAL = 5  # entities as JSON, against the Rust crate

median_nanos = collections.defaultdict(list)  # (engine, what, size) -> p50 of each round
loads = collections.defaultdict(list)
compared = {}
for line in fileinput.input():
    kind, *fields = line.rstrip("\n").split("\t")
    if kind == "RESULT":
        engine, size, what, p50 = fields[:4]
        median_nanos[engine, what, size].append(int(p50))
    elif kind == "LOAD":
        engine, size, what, nanos = fields[:4]
        loads[engine, what, size].append(int(nanos))
    elif kind == "AGREE":
        engine, size, what, agreed, of = fields[:5]
        if agreed != of:
            sys.exit(f"{engine}, {what}, at {size}: {agreed} of {of} decisions as expected; its times mean nothing")
        compared[engine, size] = min(int(of), compared.get((engine, size), int(of)))
sizes = [size for size in SIZES if any(key[2] == size for key in median_nanos)]


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def micros(nanos):
    return f"{nanos / 1e3:,.2f}" if nanos < 1e4 else f"{nanos / 1e3:,.0f}"


def spread(values):
    return f"{micros(statistics.median(values))} ({micros(min(values))}–{micros(max(values))})"


def times_ours(engine, what, ours, size):
    mine = median_nanos[OURS, ours, size]
    return statistics.median(median_nanos[engine, what, size]) / statistics.median(mine) if mine else None


row("one decision, p50 µs: median (least–most) of the rounds", *sizes)
row("---", *["---"] * len(sizes))
cases = sorted({key[:2] for key in median_nanos}, key=lambda case: (case[1] == "entities as JSON", case[0] != OURS, case))
for engine, what in cases:
    row(f"{engine}, {what}",
        *[spread(median_nanos[engine, what, s]) if median_nanos[engine, what, s] else "" for s in sizes])

print()
row("times as long as ours, like for like", *sizes)
row("---", *["---"] * len(sizes))
for engine, what in cases:
    if engine == OURS:
        continue
    ours = what if what == "entities as JSON" else "preloaded"
    cells = []
    for size in sizes:
        if not median_nanos[engine, what, size] or not median_nanos[OURS, ours, size]:
            cells.append("")
            continue
        ratio = times_ours(engine, what, ours, size)
        goal = JSON_GOAL if engine == "cedar-rust" and ours != "preloaded" else GOALS.get((engine, size))
        goal = None if engine == "OPA" and ours != "preloaded" else goal
        verdict = "" if goal is None else f" (goal {goal:,}: {'reached' if ratio >= goal else 'not reached'})"
        cells.append((f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:,.1f}") + verdict)
    row(f"{engine}, {what}", *cells)

print()
row("loading, least, ms", "entities", *[f"{size}: parse; validate" for size in sizes])
row("---", "---", *["---"] * len(sizes))


def least(engine, what, size):
    values = loads[engine, what, size]
    return f"{min(values) / 1e6:,.1f}" if values else ""


for engine in sorted({key[0] for key in loads}, key=lambda engine: (engine != OURS, engine)):
    parse = "parse, slice" if engine == "OPA" else "parse"
    row(engine, least(engine, "entities", "-"),
        *["; ".join(filter(None, [least(engine, parse, s), least(engine, "validate", s)])) for s in sizes])

print()
print("Decisions compared with the expected ones first, all as expected: " + "; ".join(
    f"{engine} " + ", ".join(f"{size} {compared[engine, size]:,}" for size in sizes if (engine, size) in compared)
    for engine in sorted({engine for engine, _ in compared}, key=lambda engine: (engine != OURS, engine))) + ".")
