"""Compare migrate: for each values file of a folder, what Helm makes of it beside what `migrate` says and writes.

    python tools/compare_migrate.py CHARTS VALUES [--only NAME]... [--json FILE]

CHARTS has each chart as its authors ship it, dependencies in its `charts/`, as OWNER/NAME/VERSION. A values file
names its chart in its first line (`# bitnami/redis 20.3.0, ...`); without a version, or where that one is not in
CHARTS, the newest that is there is taken, and named. Needs `helm` on PATH. Nothing of others is kept.

Each aspect of a deployment (aspects.py) is read from both sets of objects by the same code. It is equal, or a finding
of `migrate` names its change, or it is a FAULT; so is what `migrate` prints of today and Helm does not make. The table
is Markdown. Exit 1 where there is a fault.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from aspects import AMOUNTS, PARTS, aspects

from redismanifests.core.sources.source import source_from_text
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.migrate.given import chart_of, given
from redismanifests.judge.migrate.migration import Migration, Options, migrate
from redismanifests.judge.migrate.row import Fate, version_of
from redismanifests.judge.review import review_of

if TYPE_CHECKING:
    from collections.abc import Mapping

KUBERNETES = "1.33.1"
RELEASE, NAMESPACE = "redis", "shop"
_ANY_IMAGE = "global.security.allowInsecureImages=true"
"""Bitnami's charts refuse a mirror without it."""
_HEADER = re.compile(r"# (?P<chart>[\w-]+/[\w-]+)(?:[ ,]+(?:about )?(?P<version>[0-9][\w.]*)?|$)")
_NAMES = {
    "pods": r"today \S+ pods?\b|no Sentinel: a master",
    "Sentinels": r"today \d+ Sentinels|a Sentinel each|and no Sentinel",
    "quorum": r"quorum|and no Sentinel",
    "down-after": r"down-?after",
    "failover timeout": r"failover-?timeout",
    "parallel syncs": r"parallel-?syncs",
    "disk": r"is no size",
    "storage class": r"class",
    "Sentinel data": r"Sentinels have (no disk|claims)",
    "Sentinel disk": r"Sentinels have (no disk|claims)",
    "append-only file": r"append-only|appendonly",
    "snapshots": r"snapshot|save",
    "maxmemory": r"maxmemory\b",
    "eviction": r"maxmemory-policy|no maxmemory",
    "replicas to write": r"min-replicas-to-write|minReplicasToWrite",
    "lag of replicas": r"min-replicas-max-lag",
    "two on a node": r"share a node|affinity|constraints",
    "server": r"the server is",
    "secret": r"Secret",
    "Sentinel password": r"Sentinel answers without",
    "exporter": r"no exporter",
    "service type": r"of type",
    "eviction of pods": r"PodDisruptionBudget",
}
"""Aspect -> what a finding that names its change contains."""
_NOTHING = "(?!)"
"""Matches no text."""
_NO_LIMIT = {"redis": "^today no limit;", "sentinel": _NOTHING, "exporter": "no exporter"}
_OF_SENTINEL = (
    "Sentinel",
    "sentinel",
    "quorum",
    "master name",
    "down-after",
    "failover timeout",
    "parallel syncs",
)
"""Aspects that a deployment without Sentinel does not have: RM350 names them all."""


class Compared(NamedTuple):
    """One aspect of one file."""

    aspect: str
    theirs: Any
    ours: Any
    verdict: str
    """`equal`, the codes of the findings that name the change, or `FAULT`."""


def rendered(chart: Path, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects of a chart, as `helm template` makes them."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(dict(values), file)
        file.flush()
        command = ["helm", "template", RELEASE, str(chart), "-n", NAMESPACE, "--kube-version", KUBERNETES]
        command += ["--skip-tests", "--api-versions", "monitoring.coreos.com/v1"]
        command += ["-f", file.name, "--set", _ANY_IMAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def merged(trees: list[Any]) -> dict[str, Any]:
    """Values as Helm merges them."""
    whole: dict[str, Any] = {}
    for tree in trees:
        _merge(whole, tree.value)
    return whole


def _merge(whole: dict[str, Any], part: Mapping[str, Any]) -> None:
    for key, value in part.items():
        if isinstance(value, dict) and isinstance(whole.get(key), dict):
            _merge(whole[key], value)
        else:
            whole[key] = value


def chart_at(charts: Path, name: str, wanted: str) -> tuple[Path, str]:
    """The folder of the chart in the version that is wanted, else the newest of its line (19.x), or of all."""
    there = sorted((each.name for each in (charts / name).iterdir()), key=version_of)
    line = version_of(wanted)
    alike = [each for each in there if line and version_of(each)[: len(line)] == line]
    found = wanted if wanted in there else (alike or there)[-1]
    return charts / name / found, found


def named(aspect: str, found: Migration) -> str:
    """The codes of the findings that name a change of ``aspect``."""
    words = _NAMES.get(aspect, _NOTHING)
    part, _, place = aspect.partition(" ")
    if part in PARTS and place in AMOUNTS:
        what = {"cpu": "cpu", "memory": "memory|no limit"}[place.partition(".")[2]]
        words = f"(?=.*{part}.*({what}))" if place != "limits.memory" else f"{part}.*memory|{_NO_LIMIT[part]}"
    hits = [each.code for each in found.findings if re.search(words, each.fact, re.I)]
    return " ".join(sorted(dict.fromkeys(hits)))


def compared(theirs: Mapping[str, Any], ours: Mapping[str, Any], found: Migration) -> list[Compared]:
    """Every aspect that either side has."""
    rows = []
    for aspect in dict.fromkeys([*theirs, *ours]):
        today, then = theirs.get(aspect), ours.get(aspect)
        verdict = "equal" if today == then else named(aspect, found) or "FAULT"
        if not theirs["Sentinels"] and aspect.startswith(_OF_SENTINEL):
            verdict = "RM350"
        if not theirs["exporter"] and aspect.startswith("exporter "):
            verdict = named("exporter", found) or "FAULT"
        rows.append(Compared(aspect, today, then, verdict))
    return rows


def screen(theirs: Mapping[str, Any], found: Migration) -> list[Compared]:
    """What `migrate` prints of today, which must be what Helm gives."""
    now = found.today
    sentinel = bool(theirs["Sentinels"])
    pairs = {
        "pods": (theirs["pods"], now.pods),
        "Sentinels": (theirs["Sentinels"], (now.sentinels or now.pods) if now.shape == "Sentinel" else 0),
        "disk": (theirs.get("disk", ""), now.disk),
        "append-only file": (theirs["append-only file"], now.append_only),
        "snapshots": (theirs["snapshots"] != "", now.snapshots),
        "password": (theirs["password"], now.password),
        "TLS": (theirs["TLS"], now.tls),
        "service type": (theirs.get("service type"), now.service_type),
        **{
            f"redis {each}": (
                theirs[f"redis {each}"],
                now.amounts.get(each) or now.amounts.get(f"limits.{each.partition('.')[2]}"),
            )
            for each in AMOUNTS
        },
    }
    if sentinel:
        pairs |= {
            "quorum": (theirs["quorum"], now.quorum),
            "down-after": (theirs["down-after"], now.down_after_ms),
            "failover timeout": (theirs["failover timeout"], now.failover_timeout_ms),
            "Sentinel password": (theirs["Sentinel password"], now.sentinel_password),
        }
    return [Compared(f"today: {key}", a, b, "FAULT") for key, (a, b) in pairs.items() if a != b]


def one(path: Path, charts: Path) -> dict[str, Any]:
    """All that is found out about one values file."""
    data = path.read_bytes()
    head = _HEADER.match(data.decode().partition("\n")[0])
    try:
        inner = given({path.name: data})
        chart, _, written = chart_of(inner, f"{head['chart']}:{head['version'] or ''}" if head else "")
    except RedismanifestsError as error:
        return {"refused": error.fact}
    folder, version = chart_at(charts, chart.name, written)
    options = Options(chart=f"{chart.name}:{version}", release=RELEASE, namespace=NAMESPACE)
    found = migrate({path.name: data}, options)
    fates = Counter(each.fate for each in found.accounts)
    result: dict[str, Any] = {
        "chart": chart.name,
        "version": version,
        "wanted": written if written != version else "",
        "shape": str(found.today.shape),
        "keys": ", ".join(f"{fates[fate]} {fate.value}" for fate in Fate if fates[fate]),
        "open": sorted({each.code for each in found.findings if each.severity == "error"}),
        "check": sorted({each.code for each in found.checked if each.severity == "error"}),
    }
    try:
        theirs = aspects(rendered(folder, merged(inner.trees)))
    except subprocess.CalledProcessError as error:
        return result | {"refused": f"helm: {error.stderr.strip().splitlines()[-1][:120]}"}
    profile = review_of(source_from_text("profile.yaml", found.profile))
    ours = aspects([each.manifest for each in profile.rendering.objects])
    rows = [*compared(theirs, ours, found), *screen(theirs, found)]
    return result | {"rows": [each._asdict() for each in rows]}


def line(name: str, found: Mapping[str, Any]) -> str:
    """One row of the table."""
    if "rows" not in found:
        return f"| {name} | {found.get('chart', '')} {found.get('version', '')} | refused: {found['refused']} | | |"
    verdicts: dict[str, list[str]] = {}
    for row in found["rows"]:
        verdicts.setdefault(row["verdict"], []).append(row["aspect"])
    equal = len(verdicts.pop("equal", []))
    faults = verdicts.pop("FAULT", [])
    changed = "; ".join(f"{', '.join(each)} ({code})" for code, each in verdicts.items())
    version = f"{found['version']}{' for ' + found['wanted'] if found['wanted'] else ''}"
    return f"| {name} | {found['chart']} {version} | {equal} | {changed} | {', '.join(faults)} |"


def main() -> int:
    """Print a line for each file; exit 1 where there is a fault."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("charts", type=Path, help="holds OWNER/NAME/VERSION of each chart")
    parser.add_argument("values", type=Path, help="holds the values files")
    parser.add_argument("--only", action="append", help="a file by name; can be given several times")
    parser.add_argument("--json", type=Path, help="write every aspect of every file there")
    asked = parser.parse_args()
    whole, faults = {}, 0
    print("| file | chart | equal | named as changed | FAULT |\n|---|---|---|---|---|")
    for path in sorted(asked.values.glob("*.y*ml")):
        if asked.only and path.stem not in asked.only:
            continue
        whole[path.stem] = one(path, asked.charts)
        print(line(path.stem, whole[path.stem]), flush=True)
        for row in whole[path.stem].get("rows", ()):
            faults += row["verdict"] == "FAULT"
    if asked.json:
        asked.json.write_text(json.dumps(whole, indent=1, default=str) + "\n", encoding="utf-8")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
