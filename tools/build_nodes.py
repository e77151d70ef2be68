#!/usr/bin/env python3
"""Builds what tests/threenodes needs beside the API server, once, outside of the checkout, and prints the cache folder.

    tools/build_nodes.py           build what is not there yet (minutes from nothing), print the folder
    tools/build_nodes.py --built   build nothing: print the folder, or fail where it is not complete

Kubernetes' programs, CoreDNS and kube-router come from their Go modules, pinned in tests/cluster/kubernetes-1.32/go.mod
and tests/threenodes/*/go.mod. What no module gives comes as Debian packages, which are unpacked, not installed: one
folder that is the root file system of a node (containerd, runc, CNI plug-ins, iptables), and one that is the image of
every pod (redis, exporter, rclone, python with its client of redis).
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import build_kubernetes

KUBERNETES = build_kubernetes.PROGRAMS | {
    name: f"k8s.io/kubernetes/cmd/{name}"
    for name in ("kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy")
}
ROOM = Path(__file__).resolve().parent.parent / "tests" / "threenodes"
"""The folder of further pins, each named after its program."""
MODULES = {
    "coredns": "github.com/coredns/coredns",
    "kube-router": "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router",
}
DEBIAN = {
    "node": (
        "containerd",
        "runc",
        "containernetworking-plugins",
        "iptables",
        "ipset",
        "conntrack",
        "ethtool",
        "iproute2",
        "mount",
        "kmod",
    ),
    "pods": ("redis-server", "redis-sentinel", "prometheus-redis-exporter", "rclone", "python3-redis"),
}
"""Root file systems, by what they are for; what is essential in a Debian and what is depended on comes with them."""

UNREAD = (
    "./usr/share/doc*",
    "./usr/share/locale",
    "./usr/share/man",
    "./usr/share/info",
    "./usr/share/perl*",
)
"""Parts of packages that nothing reads here."""


def os_release() -> dict[str, str]:
    """Which Debian this is."""
    lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}


def home() -> Path:
    """The folder of everything that is built."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "redismanifests"


def pinned(name: str) -> str:
    """The version of a program of its own module."""
    text, module = (ROOM / name / "go.mod").read_text("utf-8"), MODULES[name].partition("/cmd/")[0]
    found = re.search(rf"^(?:require)?\s*{re.escape(module)} v([0-9.]+)", text, re.MULTILINE)
    if found is None:
        raise SystemExit(f"build_nodes: {ROOM / name / 'go.mod'} does not pin {module}")
    return found[1]


def places() -> dict[str, Path]:
    """Where each thing is, once it is built; every name carries its version."""
    debian = f"debian-{os_release().get('VERSION_ID', 'unknown')}"
    return {
        "kubernetes": build_kubernetes.cache(build_kubernetes.PINS["1.32"]),
        **{name: home() / f"{name}-{pinned(name)}" for name in MODULES},
        **{name: home() / f"{debian}-{recipe(packages)}-{name}" for name, packages in DEBIAN.items()},
    }


def recipe(packages: tuple[str, ...]) -> str:
    """A sum of what a root file system is made of, and how: a change of one root leaves the other as it is."""
    how = (unpack, _download, _extract, _finish)
    parts = (*packages, *UNREAD, *map(inspect.getsource, how))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def lacking() -> list[str]:
    """What is not built yet."""
    there = places()
    return [
        *build_kubernetes.lacking(there["kubernetes"], KUBERNETES),
        *(name for name in MODULES if build_kubernetes.lacking(there[name], {name: MODULES[name]})),
        *(there[name].name for name in DEBIAN if not there[name].exists()),
    ]


def build() -> None:
    """Build what lacks, one thing after the other; one that is killed leaves nothing half done."""
    there = places()
    pins = build_kubernetes.PINS["1.32"]
    stamped = build_kubernetes.link_flags(build_kubernetes.version(pins))
    build_kubernetes.build_lacking(pins, there["kubernetes"], KUBERNETES, stamped)
    for name, package in MODULES.items():
        build_kubernetes.build_lacking(ROOM / name, there[name], {name: package}, "-s -w")
    for name, packages in DEBIAN.items():
        if not there[name].exists():
            unpack(packages, there[name])


def unpack(packages: tuple[str, ...], root: Path) -> None:
    """Make ``root`` of packages and all that they need, as if nothing were installed on this machine."""
    print(f"build_nodes: {root.name} of {', '.join(packages)}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=root.parent, prefix="build.") as name:
        room, fresh = Path(name), Path(name) / "root"
        for path in _download(packages, room):
            _extract(path, fresh)
        _finish(fresh)
        fresh.rename(root)


def _download(packages: tuple[str, ...], room: Path) -> list[Path]:
    """apt works out what is needed from an empty list of installed packages."""
    for folder in ("lists/partial", "archives/partial"):
        (room / folder).mkdir(parents=True)
    (room / "status").touch()
    apt = [
        "apt-get",
        "--quiet=2",
        "--yes",
        *("--option", f"Dir::State={room}", "--option", f"Dir::State::status={room / 'status'}"),
        *("--option", f"Dir::Cache::archives={room / 'archives'}", "--option", "APT::Sandbox::User=root"),
    ]
    subprocess.run([*apt, "update"], stdout=sys.stderr, check=True)
    asked = [
        "--no-install-recommends",
        "--download-only",
        "install",
        *packages,
        "usr-is-merged",
        "?essential",
    ]
    subprocess.run([*apt, *asked], stdout=sys.stderr, check=True)
    return sorted((room / "archives").glob("*.deb"))


def _extract(package: Path, root: Path) -> None:
    """One package, into a root whose /bin, /lib and /sbin are links into /usr as in any Debian of today."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        if not (root / name).is_symlink():
            (root / name).symlink_to(f"usr/{name}")
    files = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
    skip = [f"--exclude={pattern}" for pattern in UNREAD]
    subprocess.run(
        ["tar", "-x", "-p", "--keep-directory-symlink", *skip, "-C", root], stdin=files.stdout, check=True
    )
    if files.wait():
        raise subprocess.CalledProcessError(files.returncode, "dpkg-deb")


def _finish(root: Path) -> None:
    """What the packages' scripts would have done, as far as anything here needs it."""
    nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    redis = "redis:x:999:999::/data:/usr/sbin/nologin\n"
    (root / "etc/passwd").write_text(f"root:x:0:0:root:/root:/bin/sh\n{redis}{nobody}")
    (root / "etc/group").write_text("root:x:0:\nredis:x:999:\nnogroup:x:65534:\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    (root / "etc/resolv.conf").touch()
    shutil.copyfile(root / "usr/share/libc-bin/nsswitch.conf", root / "etc/nsswitch.conf")
    links = {"var/run": "/run", "usr/bin/awk": "mawk", "redis_exporter": "/usr/bin/prometheus-redis-exporter"}
    links |= {
        f"usr/sbin/{name}{part}": "xtables-nft-multi"
        for name in ("iptables", "ip6tables")
        for part in ("", "-save", "-restore")
    }
    (root / "var/run").rmdir()
    for name, target in links.items():
        # One that leads nowhere, because its package is not in this root, does no harm.
        (root / name).symlink_to(target)
    # Where a node mounts what is its own.
    for name in (
        "data",
        "etc/node",
        "opt/kubernetes",
        "opt/images",
        "opt/kube-router",
        "proc",
        "sys",
        "dev",
        "run",
        "tmp",
        "old",
    ):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "data").chmod(0o777)


def main() -> None:
    """Print where everything is, as JSON, building what lacks unless told not to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--built", action="store_true", help="build nothing; fail where something is not built"
    )
    only_look = parser.parse_args().built
    if lacking() and not only_look:
        home().mkdir(parents=True, exist_ok=True)
        with (home() / "nodes.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                build()
            except subprocess.CalledProcessError as failed:
                raise SystemExit(f"build_nodes: {failed.cmd[0]} failed ({failed.returncode})") from None
    if missing := lacking():
        raise SystemExit(f"{' and '.join(missing)} not in {home()}: run tools/build_nodes.py")
    print(json.dumps({name: str(path) for name, path in places().items()}))


if __name__ == "__main__":
    main()
