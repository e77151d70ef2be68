"""One command for manifests of others: the nodes, a rehearsal, and what both say.

``cd tests; sudo ../.venv/bin/python -m endtoend.foreign FILE... --results R.jsonl`` runs each FILE (or folder) on the
nodes that ``python -m threenodes up`` has started; with ``--rehearse`` also in a rehearsal. Each result is a line of
R.jsonl. At the end comes the table of all that is in R.jsonl.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from endtoend.foreign.compared import lines
from endtoend.foreign.play import KILLED, SCENARIOS, Measured, called
from threenodes.__main__ import FOLDER
from threenodes.cluster import Cluster
from threenodes.places import built, lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIMIT_S = 1500.0
_TESTS = Path(__file__).parents[2]


def on_nodes(cluster: Cluster, file: Path, scenario: str, said: Path) -> dict[str, Any]:
    """What the nodes say of a subject; ``said`` is a new file for the logs of its pods."""
    program = [sys.executable, "-m", "endtoend.foreign.play"]
    command = [*program, cluster.folder, file.resolve(), scenario, said.resolve()]
    inside = cluster.control_plane.machine.entered(command, namespaces=("net",))
    done = subprocess.run(inside, capture_output=True, text=True, timeout=_LIMIT_S, check=False, cwd=_TESTS)
    if done.returncode:
        raise SystemExit(f"{file}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def rehearsed(file: Path, scenario: str, server: Path | None, report: Path) -> dict[str, Any]:
    """What `redismanifests rehearse` says of the same file; ``report`` is a new folder for its logs."""
    command = [sys.executable, "-m", "redismanifests", "rehearse", str(file), "--scenario", scenario]
    command += ["--report", str(report), "--format", "json"]
    command += ["--redis-server", str(server)] if server else []
    result = Measured(
        subject=called(file),
        scenario=scenario,
        side="rehearsal",
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        load=round(os.getloadavg()[0], 1),
    )
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return vars(result) | {"why": f"not over after {_LIMIT_S:g} s"}
    try:
        (run,) = json.loads(done.stdout)["runs"]
    except (ValueError, KeyError):
        return vars(result) | {"why": (done.stderr.strip().splitlines() or ["nothing"])[-1]}
    figures = {each["name"]: each["value"] for each in run["measures"]}
    found = vars(result) | {"why": "; ".join(run["problems"]), "engine": run.get("engine", "")}
    if "outage" not in figures:
        return found
    return found | {
        "outage_s": round(figures["outage"], 2),
        "lost": int(figures["lost acknowledged writes"]),
        "acknowledged": int(figures["acknowledged writes"]),
        "start_s": round(figures["whole after apply"], 1),
        "whole_s": round(figures["whole after"], 1),
    }


def valkey_of(file: Path) -> Path | None:
    """The server of this machine for a subject that runs Valkey, if tools/fetch_engines.py made one."""
    files = file.glob("*.y*ml") if file.is_dir() else [file]
    images = (line for each in files for line in each.read_text("utf-8").splitlines() if "image:" in line)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "redismanifests"
    servers = sorted(cache.glob("engines-valkey-*/bin/valkey-server"))
    return servers[-1] if servers and any("valkey" in line for line in images) else None


def _results(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        yield from map(json.loads, file.read_text("utf-8").splitlines())


def main() -> int:
    """2 where there are no nodes."""
    parser = argparse.ArgumentParser(prog="python -m endtoend.foreign", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="a file or folder of manifests each")
    parser.add_argument("--results", type=Path, required=True, help="each result is added to this file")
    parser.add_argument("--scenario", choices=SCENARIOS, default=KILLED)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--rehearse", action="store_true", help="rehearse each as well")
    parser.add_argument("--only-rehearse", action="store_true", help="no nodes")
    asked = parser.parse_args()
    cluster = None
    if asked.files and not asked.only_rehearse:
        reason = lacking()
        cluster = None if reason else Cluster(FOLDER, built())
        if cluster is None or cluster.control_plane.machine.first_process is None:
            print(f"endtoend.foreign: {reason or 'no nodes: python -m threenodes up'}", file=sys.stderr)
            return 2
    logs = asked.results.with_name(f"{asked.results.name}.said")
    for file in asked.files * asked.repeat:
        said = logs / f"{called(file).replace('/', '-')}-{asked.scenario}-{datetime.now(UTC):%H%M%S}"
        if cluster:
            _keep(asked.results, on_nodes(cluster, file, asked.scenario, said.with_name(f"{said.name}.log")))
        if asked.rehearse or asked.only_rehearse:
            _keep(asked.results, rehearsed(file, asked.scenario, valkey_of(file), said))
    for line in lines(_results(asked.results)):
        print(line)
    return 0


def _keep(results: Path, found: dict[str, Any]) -> None:
    """Add a result to the file as soon as it is there: what comes after it may fail."""
    with results.open("a", encoding="utf-8") as journal:
        journal.write(json.dumps(found) + "\n")
    print(json.dumps({name: found[name] for name in found if name != "notes"}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
