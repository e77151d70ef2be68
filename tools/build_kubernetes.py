#!/usr/bin/env python3
"""Builds etcd, kube-apiserver, kubectl and what else tests ask for once, outside of the checkout; prints their folder.

No package carries kube-apiserver, and none that is the same everywhere kubectl; their Go module does. Versions are
pinned in tests/cluster/kubernetes-*/go.mod.

    tools/build_kubernetes.py           build what is not there yet (minutes from nothing), print the folder
    tools/build_kubernetes.py --built   build nothing: print the folder, or fail where it is not complete

The Kubernetes is the oldest that is pinned, or the one that KUBERNETES_MINOR names: ``KUBERNETES_MINOR=1.37``.
A folder of one's own in KUBEBUILDER_ASSETS (the field's convention) is taken as it is, and nothing is built.
``GOFLAGS=-p=1 nice -n 19 tools/build_kubernetes.py`` leaves the machine to others meanwhile.
Only Go and the standard library of Python are needed, so this runs before anything is installed.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PINS = {
    folder.name.removeprefix("kubernetes-"): folder
    for folder in (Path(__file__).resolve().parent.parent / "tests" / "cluster").glob("kubernetes-*")
}
"""The folder of the go.mod that pins a Kubernetes, by its minor version."""

# etcd's module is the one that kube-apiserver's client of it belongs to; its root package is the server.
PROGRAMS = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
}

CONTROLLERS = {"kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager"}
"""Built where the pins name it: tests hold against its quota controller what they otherwise count themselves."""


def wanted() -> Path:
    """The pins of the Kubernetes that is asked for."""
    minor = os.environ.get("KUBERNETES_MINOR") or min(PINS, key=lambda minor: int(minor.partition(".")[2]))
    if minor not in PINS:
        raise SystemExit(
            f"build_kubernetes: KUBERNETES_MINOR is {minor}; pinned are {', '.join(sorted(PINS))}"
        )
    return PINS[minor]


def version(pins: Path) -> str:
    """The version of k8s.io/kubernetes in a go.mod, such as ``1.32.13``."""
    pin = re.search(r"^\s*k8s\.io/kubernetes v([0-9.]+)", (pins / "go.mod").read_text("utf-8"), re.MULTILINE)
    if pin is None:
        raise SystemExit(f"build_kubernetes: {pins / 'go.mod'} does not pin k8s.io/kubernetes")
    return pin[1]


def cache(pins: Path) -> Path:
    """The folder outside the checkout, one for each version."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "redismanifests" / f"kubernetes-{version(pins)}"


def programs(pins: Path) -> dict[str, str]:
    """What is built of the Kubernetes that ``pins`` name."""
    pinned = (pins / "go.mod").read_text("utf-8").split()
    return PROGRAMS | {name: package for name, package in CONTROLLERS.items() if package in pinned}


def lacking(folder: Path, programs: dict[str, str]) -> list[str]:
    """Those of ``programs`` that ``folder`` does not hold."""
    return [name for name in programs if not os.access(folder / name, os.X_OK)]


def link_flags(release: str) -> str:
    """No symbol tables, and the version that the programs tell: upstream's own build stamps it the same way."""
    major, minor, _ = release.split(".")
    told = {"gitVersion": f"v{release}", "gitMajor": major, "gitMinor": minor}
    return " ".join(
        ["-s", "-w", *(f"-X k8s.io/component-base/version.{key}={is_}" for key, is_ in told.items())]
    )


def build(name: str, package: str, pins: Path, folder: Path, flags: str) -> None:
    """Build one program beside its place and move it there: one that is killed leaves no half a program."""
    print(f"{Path(sys.argv[0]).stem}: {name} for {folder.name}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="build.") as fresh:
        made = Path(fresh) / name
        command = [
            "go",
            "build",
            "-trimpath",
            "-ldflags",
            flags,
            "-o",
            str(made),
            package,
        ]
        subprocess.run(
            command, cwd=pins, env=os.environ | {"CGO_ENABLED": "0"}, stdout=sys.stderr, check=True
        )
        made.replace(folder / name)


def build_lacking(pins: Path, folder: Path, programs: dict[str, str], flags: str) -> None:
    """Build what ``folder`` lacks of ``programs``. A second run waits for the first and finds everything built; one
    that was killed is cleaned up after.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob("build.*"):
            shutil.rmtree(left)
        for name in lacking(folder, programs):
            build(name, programs[name], pins, folder, flags)


def main() -> None:
    """Print the folder that holds every program, building what it lacks unless told not to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--built", action="store_true", help="build nothing; fail where something is not built"
    )
    only_look = parser.parse_args().built
    own = os.environ.get("KUBEBUILDER_ASSETS")
    pins = wanted()
    folder = Path(own).resolve() if own else cache(pins)
    if lacking(folder, programs(pins)) and not own and not only_look:
        if shutil.which("go") is None:
            raise SystemExit("build_kubernetes: go is not on PATH; install Go 1.26 or newer")
        try:
            build_lacking(pins, folder, programs(pins), link_flags(version(pins)))
        except subprocess.CalledProcessError as failed:
            raise SystemExit(f"build_kubernetes: go build failed ({failed.returncode})") from None
    if missing := lacking(folder, PROGRAMS):
        mend = "KUBEBUILDER_ASSETS names this folder" if own else "run tools/build_kubernetes.py"
        raise SystemExit(f"{' and '.join(missing)} not in {folder}: {mend}")
    print(folder)


if __name__ == "__main__":
    main()
