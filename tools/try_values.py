"""Try values: runs `migrate` over a folder of values files, and compares pods and memory with `helm template`.

The files are yours: nothing of them is committed here. For each file one line: the shape, how many keys have which
fate, open decisions, and, where ``--charts`` names a folder with the charts, what Helm makes of the same file.

    python tools/try_values.py FOLDER [--charts FOLDER]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from redismanifests.core.values.quantity import Quantity
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.migrate.given import chart_of, given
from redismanifests.judge.migrate.migration import Options, migrate
from redismanifests.judge.migrate.row import Fate

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVERS = ("redis", "valkey")
_ANY_IMAGE = "global.security.allowInsecureImages=true"
"""Bitnami's charts refuse a mirror without it."""


def rendered(chart: Path, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of a chart, as `helm template` makes them."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(values, file)
        done = subprocess.run(
            ["helm", "template", "try", str(chart), "-f", file.name, "--set", _ANY_IMAGE],
            capture_output=True,
            text=True,
            check=True,
        )
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def pods(objects: list[dict[str, Any]]) -> Iterator[tuple[int, str | None]]:
    """For each workload with a Redis container: how many pods, and the memory limit of the container."""
    for each in objects:
        spec = each.get("spec", {})
        for container in spec.get("template", {}).get("spec", {}).get("containers", ()):
            if container["name"] in SERVERS:
                limits = (container.get("resources") or {}).get("limits") or {}
                yield spec.get("replicas", 1), limits.get("memory")


def merged(trees: list[Any]) -> dict[str, Any]:
    """Values as Helm merges them."""
    whole: dict[str, Any] = {}
    for tree in trees:
        _merge(whole, tree.value)
    return whole


def _merge(whole: dict[str, Any], part: dict[str, Any]) -> None:
    for key, value in part.items():
        if isinstance(value, dict) and isinstance(whole.get(key), dict):
            _merge(whole[key], value)
        else:
            whole[key] = value


def compared(name: str, data: bytes, charts: Path) -> str:
    """Whether pods and memory are those that Helm gives with the newest chart."""
    found = given({name: data})
    chart, _, _ = chart_of(found, "")
    now = migrate({name: data}, Options(namespace="try", chart=f"{chart.name}:{chart.newest}")).today
    try:
        theirs = list(pods(rendered(charts / chart.name, merged(found.trees))))
    except subprocess.CalledProcessError as error:
        return f"helm refuses it: {error.stderr.strip().splitlines()[-1][:90]}"
    count = sum(each for each, _ in theirs)
    memory = theirs[0][1] if theirs else None
    ours = now.amounts.get("limits.memory")
    same = count == now.pods and (memory is None) == (ours is None)
    same = same and (memory is None or ours is None or Quantity.parse(memory) == Quantity.parse(ours))
    return f"{'same' if same else 'DIFFERENT'} (helm: {count} pods, {memory}; here: {now.pods} pods, {ours})"


def main() -> int:
    """Print a line for each file; exit 1 where a comparison differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--charts", type=Path, help="folder with OWNER/NAME of each chart; needs helm on PATH"
    )
    options = parser.parse_args()
    differs = False
    for path in sorted(options.folder.glob("*.y*ml")):
        data = path.read_bytes()
        try:
            found = migrate({path.name: data}, Options(namespace="try"))
        except RedismanifestsError as error:
            print(f"{path.name}: refused: {error.fact}")
            continue
        fates = Counter(each.fate for each in found.accounts)
        counted = ", ".join(f"{fates[fate]} {fate.value}" for fate in Fate if fates[fate])
        codes = sorted({each.code for each in found.findings if each.severity == "error"})
        refused = sorted({each.code for each in found.checked if each.severity == "error"})
        helm = compared(path.name, data, options.charts) if options.charts else ""
        differs = differs or helm.startswith("DIFFERENT")
        print(f"{path.name}: {found.today.shape}; {counted}; open {codes}; check {refused}; {helm}")
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
