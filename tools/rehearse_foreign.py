"""Rehearse foreign: every subject of a folder, one row each: what came out, outage, loss, and how long it took.

A subject is a folder or a file of Kubernetes objects. `redismanifests rehearse` runs each with each scenario; nothing
of a subject is kept. The table is Markdown. With --json FILE every result is added there, and a run that is in the file
already is not repeated.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

NOT_COUNTED = "the writes could not be looked up"
"""What a rehearsal says where no master was left to ask."""
LIMIT_S = 1200.0
"""Of one run: longer than a rehearsal may take."""


def run(subject: Path, scenario: str, server: str | None) -> dict[str, Any]:
    """What one rehearsal came to."""
    command = [sys.executable, "-m", "redismanifests", "rehearse", str(subject)]
    command += ["--scenario", scenario, "--format", "json", *(["--redis-server", server] if server else [])]
    began = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return {"verdict": f"not over after {LIMIT_S:g} s", "seconds": LIMIT_S}
    found: dict[str, Any] = {"seconds": round(time.monotonic() - began, 1), "code": done.returncode}
    found["sight"] = done.stderr.splitlines()[:1]
    try:
        (played,) = json.loads(done.stdout)["runs"]
    except (ValueError, KeyError):
        trouble = [line for line in done.stderr.splitlines() if line.startswith(("error", "Traceback"))]
        return found | {"verdict": "refused", "why": "\n".join(trouble[-1:] or done.stderr.splitlines()[-1:])}
    figures = {each["name"]: each["value"] for each in played["measures"]}
    problems = played["problems"]
    if "outage" not in figures:
        return found | {"verdict": "does not start", "why": problems[0], "engine": played.get("engine", "")}
    missed = [each["name"] for each in played["measures"] if not each["held"]]
    return found | {
        "verdict": "held" if played["held"] else "FAILED",
        "outage": figures["outage"],
        "lost": figures["lost acknowledged writes"],
        "acknowledged": figures["acknowledged writes"],
        "engine": played.get("engine", ""),
        "why": "; ".join([*missed, *problems]),
    }


def loss(found: dict[str, Any]) -> str:
    """How many acknowledged writes are gone, of how many."""
    if NOT_COUNTED in found["why"]:
        return "loss not counted"
    return f"{found['lost']} of {found['acknowledged']}"


def row(name: str, scenario: str, found: dict[str, Any]) -> str:
    """One line of the table."""
    cells = [name, scenario, str(found["verdict"])]
    if "outage" in found:
        cells += [f"{found['outage']:.1f} s", loss(found)]
    else:
        cells += ["", ""]
    cells += [f"{found['seconds']:.0f} s", str(found.get("why", "")).replace("|", "/").split("\n")[0][:160]]
    return "| " + " | ".join(cells) + " |"


def cell(found: dict[str, Any] | None) -> str:
    """What one scenario came to, for the table with a column for each."""
    if found is None:
        return "not run"
    if "outage" not in found:
        return str(found["verdict"])
    return f"{found['outage']:.1f} s, {loss(found)}"


def main() -> None:
    """Run what is named, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, help="holds a folder or a file for each subject")
    arguments.add_argument(
        "--scenario", action="append", help="can be given several times [default: master-killed]"
    )
    arguments.add_argument("--only", action="append", help="a subject by name; can be given several times")
    arguments.add_argument(
        "--json", type=Path, help="keep every result in this file, and repeat none that is there"
    )
    arguments.add_argument(
        "--wide",
        action="store_true",
        help="run nothing: a row for each subject of --json, a column for each scenario",
    )
    arguments.add_argument("--redis-server", help="the server that runs, as of `rehearse`")
    given = arguments.parse_args()
    known: dict[str, Any] = (
        json.loads(given.json.read_text("utf-8")) if given.json and given.json.exists() else {}
    )
    scenarios = given.scenario or ["master-killed"]
    if given.wide:
        print(f"| subject | {' | '.join(scenarios)} |\n|---|{'---|' * len(scenarios)}")
        for name in sorted({key.rpartition(" ")[0] for key in known}):
            print(f"| {name} | {' | '.join(cell(known.get(f'{name} {each}')) for each in scenarios)} |")
        return
    print("| subject | scenario | verdict | outage | lost | took | why |\n|---|---|---|---|---|---|---|")
    for subject in sorted(each for each in given.folder.iterdir() if not each.name.startswith(".")):
        if given.only and subject.name not in given.only:
            continue
        for scenario in scenarios:
            key = f"{subject.name} {scenario}"
            if key not in known:
                known[key] = run(subject, scenario, given.redis_server)
                if given.json:
                    given.json.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
            print(row(subject.name, scenario, known[key]), flush=True)


if __name__ == "__main__":
    main()
