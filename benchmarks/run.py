"""Run: what the command line costs, beside other tools and beside the bare imports; writes docs/benchmarks.md.

    python benchmarks/run.py 2026-12-01
    python benchmarks/run.py 2026-12-01 --only single --repeats 3      prints, and writes no page

Costs are CPU seconds (user and system) of whole processes, because those hold on a machine that others use as well.
The things compared take turns, so that a busy minute falls on all of them. Nothing here is a test: a bar that is
missed is written down, not raised.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import page
from measuring import ENVIRONMENT, Measured
from page import Single
from programs import ROOT, programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from programs import Programs

REFERENCE = ROOT / "profiles" / "jewelry-shop.yaml"
REPORT = ROOT / "docs" / "benchmarks.md"
PROGRAM = str(Path(sysconfig.get_path("scripts")) / "redismanifests")
MAIN = "from redismanifests.__main__ import main; main()"
FLOOR = "import click, pydantic, jinja2, ruamel.yaml"
STEPS = {
    "Python itself": "",
    "click": "import click",
    "pydantic_core": "import pydantic_core",
    "ruamel.yaml and py-yaml12": "import ruamel.yaml, _ruamel_yaml, yaml12",
    "modules of this package": "{modules}",
}
"""What a cold render does one after the other; the rest is its work."""
MEMORY = Path("/dev/shm")
"""Where it exists, profiles and renderings are in it: helm writes to no disk, and a busy one costs several times more
system time than everything else."""
RUNS = (50, 500, 5_000)
CHECKED = 5_000
BASES = ("jewelry-shop", "minimal", "production", "cache", "laptop")
CORES = [str(core) for core in sorted(os.sched_getaffinity(0))[:2]]


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


def in_turn(things: Iterable[Measured], repeats: int, before: Callable[[], None] = lambda: None) -> None:
    """Run each thing once, and all of them again; ``before`` each."""
    every = list(things)
    for _ in range(repeats):
        for thing in every:
            before()
            thing.run()


def single(place: Path, tools: Programs, repeats: int) -> Single:
    """Whole processes that do one thing, and the floor beneath them, in turn."""
    objects, version = _inputs(place, tools)
    fresh, same = place / "fresh", place / "same"
    render = [PROGRAM, "render", str(REFERENCE)]
    chart = [tools.helm, "template", "redis", str(place / "chart"), "--namespace", "jewelry-shop"]
    schemas = f"{place}/schemas/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    judge = [tools.kubeconform, "-strict", "-kubernetes-version", f"{version}.0", "-schema-location", schemas]
    piped = ["sh", "-c", f"{_words(chart)} | {_words(judge)}"]
    found = Single(
        objects=objects,
        floor=Measured(f"floor: `{FLOOR}`", [sys.executable, "-c", FLOOR]),
        fresh=Measured("cold render, new folder", [*render, "--output", str(fresh)]),
        again=Measured("cold render, nothing to change", [*render, "--output", str(same)]),
        read_only=_installed(place, "cold render of a read-only installation, no byte code written"),
        uncompiled=_installed(
            place, "the same, installed without byte code (`--no-compile`)", "--no-compile"
        ),
        helm=Measured("`helm template` of the chart", chart) if tools.helm else None,
        piped=Measured("`helm template` piped to `kubeconform`", piped)
        if tools.helm and tools.kubeconform
        else None,
        kustomize=_if(tools.kubectl, "`kubectl kustomize`", "kustomize", str(place / "kustomize")),
        jsonnet=_if(tools.jsonnet, "`jsonnet`", "--yaml-stream", str(place / "jsonnet" / "main.jsonnet")),
        version=Measured("`--version`", [PROGRAM, "--version"]),
        help=Measured("`--help`", [PROGRAM, "--help"]),
        helps=[Measured(f"`{name} --help`", [PROGRAM, name, "--help"]) for name in _commands()],
        completion=Measured(
            "completion of `render --`",
            [PROGRAM],
            {
                "_REDISMANIFESTS_COMPLETE": "bash_complete",
                "COMP_WORDS": "redismanifests render --",
                "COMP_CWORD": "2",
            },
        ),
        steps=_steps(),
        first=Measured(
            "the very first render of a checkout, nothing made before", [*render, "--output", str(same)]
        ),
    )
    # A checkout keeps what it compiled after some runs.
    for _ in range(3):
        found.again.run()
    found.again = Measured(found.again.name, found.again.command)
    in_turn(found.in_turn(), repeats, lambda: shutil.rmtree(fresh, ignore_errors=True))
    made_before = ROOT / "templates" / "__pycache__"
    in_turn([found.first], max(1, repeats // 5), lambda: shutil.rmtree(made_before, ignore_errors=True))
    subprocess.run(["chmod", "-R", "u+w", str(place)], check=True)
    return found


def many(place: Path, repeats: int) -> dict[str, Measured]:
    """Many profiles in one run, all checks on; the sizes take turns."""
    folders = {count: profiles(place / f"profiles-{count}", count) for count in RUNS}
    batch = place / "batch"
    found = {}
    for count, folder in folders.items():
        command = [PROGRAM, "render", str(folder), "--output", str(batch)]
        found[f"{count}"] = Measured(f"{count:,} profiles, one core", _on(CORES[:1], command))
        if count == 500 and len(CORES) > 1:
            found["both"] = Measured(f"{count:,} profiles, two cores", _on(CORES, command))
    for number in range(repeats):
        # The large runs are long enough to be steady by themselves.
        due = [each for each in found.values() if number < max(3, repeats * 50 // page.profiles_of(each))]
        in_turn(due, 1, lambda: shutil.rmtree(batch, ignore_errors=True))
    return found


def check(place: Path) -> Measured:
    """`check` of 5,000 profiles, with the memory of all of its processes."""
    command = [PROGRAM, "check", str(profiles(place / "checked", CHECKED))]
    measured = Measured(f"`check` of {CHECKED:,} profiles", _on(CORES, command), whole_tree=True)
    measured.run()
    return measured


def _on(cores: list[str], command: list[str]) -> list[str]:
    return ["taskset", "--cpu-list", ",".join(cores), *command]


def _if(program: str, name: str, *arguments: str) -> Measured | None:
    return Measured(f"{name} of the same objects", [program, *arguments]) if program else None


def _words(command: Iterable[str]) -> str:
    return " ".join(f"'{word}'" for word in command)


def _inputs(place: Path, tools: Programs) -> tuple[int, str]:
    """How many objects the other tools get (inputs.py), and of which Kubernetes."""
    command = [sys.executable, str(Path(__file__).with_name("inputs.py")), str(place)]
    command += [tools.helm, tools.kubectl, tools.jsonnet]
    objects, version = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return int(objects), version


def _installed(place: Path, name: str, *options: str) -> Measured:
    """A cold render of the package as pip installs it, its folder read-only, where Python may write no byte code."""
    wheels, folder = place / "wheel", Path(tempfile.mkdtemp(dir=place, prefix="installed-"))
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    if not wheels.exists():
        subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)], check=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", *options, "--target", str(folder), str(wheel)], check=True)
    subprocess.run(["chmod", "-R", "a-w", str(folder)], check=True)
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    made = "import redismanifests.core.built as each; print(each.__file__, bool(each.built()))"
    used = _printed([sys.executable, "-c", made], environment)
    if used != f"{folder}/redismanifests/core/built.py True":
        raise SystemExit(f"this is not the installed package, or it lacks what is made before: {used}")
    return Measured(name, [sys.executable, "-c", MAIN, "render", str(REFERENCE), "--stdout"], environment)


def _commands() -> list[str]:
    return _printed(
        [sys.executable, "-c", "from redismanifests.cli import COMMANDS; print(*COMMANDS)"], {}
    ).split()


def _steps() -> dict[str, Measured]:
    """Processes that import what a render does, each a step more than the one before."""
    script = f"import sys\ntry:\n    {MAIN}\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", script, "render", str(REFERENCE), "--stdout"]
    said = subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True, text=True).stderr
    ours = [name for name in said.splitlines()[-1].split() if name.startswith("redismanifests")]
    found, done = {}, ""
    for name, code in STEPS.items():
        done += code.format(modules=f"import {', '.join(ours)}") + "\n"
        found[name] = Measured(name, [sys.executable, "-c", done])
    return found


def _printed(command: list[str], environment: dict[str, str]) -> str:
    asked = subprocess.run(
        command, env={**ENVIRONMENT, **environment}, check=True, stdout=subprocess.PIPE, text=True
    )
    return asked.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure, print a table, write docs/benchmarks.md.")
    parser.add_argument("date", help="date of the measurement, for the page")
    parser.add_argument("--repeats", type=int, default=25, help="runs of each single thing (default 25)")
    parser.add_argument("--output", type=Path, default=REPORT, help="page to write")
    parser.add_argument(
        "--only", choices=("single", "many", "check"), help="measure this alone; write no page"
    )
    options = parser.parse_args()
    tools, load = programs(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(
        dir=MEMORY if MEMORY.is_dir() else None, ignore_cleanup_errors=True
    ) as folder:
        place = Path(folder)
        if options.only:
            parts: dict[str, Callable[[], Iterable[str]]] = {
                "single": lambda: page.single_table(single(place, tools, options.repeats)),
                "many": lambda: page.many_table(many(place, options.repeats)),
                "check": lambda: page.check_line(check(place)),
            }
            print(*parts[options.only](), sep="\n")
            return
        measured = page.All(
            date=options.date,
            load=load,
            memory=str(MEMORY) if MEMORY.is_dir() else "",
            tools=tools.versions(),
            single=single(place, tools, options.repeats),
            many=many(place, options.repeats),
            check=check(place),
        )
    text = page.text(measured)
    options.output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
