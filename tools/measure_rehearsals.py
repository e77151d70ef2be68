#!/usr/bin/env python3
"""Rehearses profiles with several engines, and writes the tables of docs/measurements/rehearsal.md.

    tools/measure_rehearsals.py run FILE PROFILE [--scenario NAME...] [--repeat N] [--redis-server PATH] [--dns-ttl S]
    tools/measure_rehearsals.py table FILE...

``run`` appends one line of JSON for each rehearsal to FILE, so that measurements of hours can be stopped and gone on
with, and keeps the logs of those that did not hold in FILE.logs; ``table`` prints one row for each scenario and one
column for each profile, engine and DNS TTL in the files. Only what was run is in it. A sweep over lengths:
``--scenario master-hangs-5.6s master-hangs-5.8s`` and so on, or ``pod-hangs-5.6s`` with all that runs beside the
server. Timing is the subject, so one rehearsal runs at a time and the load of the machine is kept too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from redismanifests.errors import RedismanifestsError
from redismanifests.present.rehearsal.log import log_text
from redismanifests.prove.rehearse.bench.subject import of_profile
from redismanifests.prove.rehearse.bench.substitution import Engine
from redismanifests.prove.rehearse.run import DNS_TTL_S, run
from redismanifests.prove.rehearse.scenarios import SCENARIOS
from redismanifests.prove.rehearse.suite import lacks

Row = dict[str, Any]


def engine_name(path: str | None) -> str:
    """Such as ``redis 7.0.15``: what a server says of itself."""
    server = Engine.found(path).server
    told = subprocess.run([server, "--version"], capture_output=True, text=True, check=True).stdout
    return f"{server.name.partition('-')[0]} {told.partition('v=')[2].split()[0]}"


def measure(options: argparse.Namespace) -> None:
    """Run what was asked for, one line of the file for each rehearsal."""
    subject = of_profile(options.profile, ())
    engine = engine_name(options.redis_server)
    for _ in range(options.repeat):
        for name in (each for each in options.scenario if not lacks(subject, each)):
            row: Row = {"profile": subject.name, "engine": engine, "ttl": options.dns_ttl, "scenario": name}
            row |= {"at": time.time(), "load": os.getloadavg()[0]}
            try:
                result = run(subject.objects, name, engine=options.redis_server, dns_ttl=options.dns_ttl)
            except RedismanifestsError as error:
                row["problems"] = [error.fact]
            else:
                row["problems"] = list(result.problems)
                row["held"] = result.held
                row["measures"] = {m.name: [m.value, m.limit] for m in result.measures}
                if not result.held:
                    # Once in twenty runs: without its log no one would ever know why.
                    kept = Path(f"{options.file}.logs") / f"{name}-{row['at']:.0f}.log"
                    kept.parent.mkdir(exist_ok=True)
                    kept.write_text(log_text(result), encoding="utf-8")
            with options.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            verdict = "held" if row.get("held") else "FAILED"
            print(verdict, engine, subject.name, name, row.get("measures", {}).get("outage"), flush=True)
            for problem in row["problems"]:
                print(f"    {problem}", flush=True)


def _figures(scenario: str, rows: list[Row]) -> str:
    """Least, median and most of what counts, its limit, how many failed, and what was lost."""
    told = [row["measures"] for row in rows if "outage" in row.get("measures", {})]
    if not told:
        return f"0 of {len(rows)} came up"
    counted = "whole after apply" if scenario == "apply" else "outage"
    values = sorted(measures[counted][0] for measures in told)
    some = values if len(values) < 3 else [values[0], statistics.median(values), values[-1]]
    figures = [" / ".join(f"{value:.1f}" for value in some) + f" (≤ {told[0][counted][1]:.1f})"]
    if len(rows) > 2:
        figures.append(f"n {len(rows)}")
    failed = sum(not row.get("held") for row in rows)
    if failed:
        figures.append(f"**{failed} failed**")
    lost = sum(measures["lost acknowledged writes"][0] for measures in told)
    if lost:
        figures.append(f"{lost:.0f} lost")
    return ", ".join(figures)


def _length(scenario: str) -> tuple[str, float]:
    """``master-hangs-5.6s`` -> ("master-hangs", 5.6)."""
    name, _, seconds = scenario.rpartition("-")
    return name, float(seconds.removesuffix("s"))


def table(options: argparse.Namespace) -> None:
    """Outage (of apply: until whole) in seconds by scenario and column: one, two, or least / median / most."""
    cells: dict[str, dict[tuple[str, str, float], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for file in options.file:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            cells[row["scenario"]][row["profile"], row["engine"], row["ttl"]].append(row)
    columns = sorted({column for found in cells.values() for column in found})
    heads = [f"{profile}, {engine}, ttl {ttl:g}" for profile, engine, ttl in columns]
    print(f"| scenario | {' | '.join(heads)} |")
    print(f"|{'---|' * (len(columns) + 1)}")
    known = [scenario.name for scenario in SCENARIOS]
    # Scenarios with a length of their own (master-hangs-5.6s) come last, the shortest first.
    lengths = sorted(cells.keys() - set(known), key=_length)
    for name in (*known, *lengths):
        if name in cells:
            found = [
                _figures(name, cells[name][column]) if column in cells[name] else "-" for column in columns
            ]
            print(f"| {name} | {' | '.join(found)} |")


def main() -> None:
    """Measure, or make the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    running = commands.add_parser("run")
    running.add_argument("file", type=Path)
    running.add_argument("profile", type=Path)
    running.add_argument("--scenario", nargs="+", default=[scenario.name for scenario in SCENARIOS])
    running.add_argument("--repeat", type=int, default=1)
    running.add_argument("--redis-server")
    running.add_argument("--dns-ttl", type=float, default=DNS_TTL_S)
    running.set_defaults(act=measure)
    telling = commands.add_parser("table")
    telling.add_argument("file", type=Path, nargs="+")
    telling.set_defaults(act=table)
    options = parser.parse_args()
    options.act(options)


if __name__ == "__main__":
    sys.exit(main())
