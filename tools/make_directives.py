#!/usr/bin/env python3
"""Make directives: which lines a redis.conf may have, by engine and version: configuration/directives.txt.

A server is asked where there is one: it says of every candidate whether it knows it. Of versions that are not at hand,
src/config.c is read from a git repository. Candidates are the names of all of them, and those in the sources after
`names=`: CONFIG GET does not list the hidden ones. A version of which there is neither

- is between two others (`between:A,B`): what both lack it lacks, and what one of them knows it may know;
- or is newer than all (`after:A+NAME,NAME`): it knows what A knows and the names in its release notes. These are not
  known to be all of them, so the table marks it with a question mark, and what it lacks is not judged.

    tools/make_directives.py redis-7.0=/usr/bin/redis-server redis-7.2=REPOSITORY:7.2.6 valkey-8.1=.../valkey-server \
        redis-8.4=between:redis-8.2,redis-8.6 redis-8.8=after:redis-8.6+slowlog-entry-max-argc ...
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

OUTPUT = (
    Path(__file__).parent.parent
    / "src"
    / "redismanifests"
    / "profile"
    / "formulas"
    / "configuration"
    / "directives.txt"
)
_MADE = re.compile(r'create\w+Config\(\s*"([^"]+)",\s*(?:"([^"]+)"|NULL)')
_TABLED = re.compile(r'\{\s*"([a-z-]+)",\s*\d+,\s*\d+\}')
_COMPARED = re.compile(r'strcasecmp\(argv\[0\],\s*"([a-z-]+)"\)')
_INTERNAL = {"sentinel", "no"}
_TAKEN_APART = {"include", "loadmodule", "rename-command", "user"}
"""What every version reads by itself in loadServerConfigFromString, with values that it understands."""
_DERIVED = ("between:", "after:")
_NO_MODULE = "Module Configuration detected"
_UNKNOWN = "Bad directive"


def of_source(place: str) -> set[str]:
    """Names in src/config.c of ``REPOSITORY:REVISION``."""
    repository, _, revision = place.rpartition(":")
    command = ["git", "-C", repository, "show", f"{revision}:src/config.c"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    made = {name for match in _MADE.finditer(text) for name in match.groups() if name}
    return made | set(_TABLED.findall(text)) | set(_COMPARED.findall(text)) - _INTERNAL


def knows(server: str, name: str) -> bool:
    """Whether the server takes a line that begins with ``name``."""
    # Without a value first: it says so at once. What is deprecated or taken apart by hand it takes only with one, and
    # Redis 8 keeps what it does not know for a module that may come, and stops a little later.
    complaint = _complaint(server, name)
    if name in _TAKEN_APART or _UNKNOWN not in complaint:
        return True
    complaint = _complaint(server, f"{name} 2") + _complaint(server, f"{name} yes")
    return _UNKNOWN not in complaint and _NO_MODULE not in complaint


def _complaint(server: str, line: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "redis.conf"
        file.write_text(f"{line}\nport 0\ndir {folder}\n", "utf-8")
        try:
            command = [server, file]
            # In a folder of its own: a name such as logfile makes a file where the server is started.
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=0.5, cwd=folder
            )
        except subprocess.TimeoutExpired as running:
            return (running.stdout or b"").decode()
    return done.stdout + done.stderr


def names_of(server: str) -> set[str]:
    """What CONFIG GET * lists; asked of a server without port, over its socket."""
    with tempfile.TemporaryDirectory() as folder:
        socket = f"{folder}/s"
        options = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        with subprocess.Popen([server, *options], stdout=subprocess.DEVNULL) as process:
            try:
                cli = ["redis-cli", "-s", socket, "CONFIG", "GET", "*"]
                for _ in range(100):
                    done = subprocess.run(cli, capture_output=True, text=True, check=False)
                    if done.returncode == 0 and done.stdout:
                        return set(done.stdout.splitlines()[::2])
            finally:
                process.terminate()
    raise SystemExit(f"{server} does not answer")


def derived(known: dict[str, set[str]], place: str) -> set[str]:
    """Names of a version that is not at hand, from those that are."""
    how, _, rest = place.partition(":")
    if how == "between":
        older, newer = rest.split(",")
        return known[older] | known[newer]
    before, _, added = rest.partition("+")
    return known[before] | {name for name in added.split(",") if name}


def main() -> None:
    """Ask, read, write."""
    pairs = [word.split("=", 1) for word in sys.argv[1:]]
    hidden = set().union(*(of_source(place) for name, place in pairs if name == "names"))
    places = {name: place for name, place in pairs if name != "names"}
    servers = {version: p for version, p in places.items() if ":" not in p}
    indirect = {version: p for version, p in places.items() if p.startswith(_DERIVED)}
    known = {version: names_of(p) for version, p in servers.items()}
    known |= {v: of_source(p) for v, p in places.items() if v not in servers and v not in indirect}
    candidates = sorted(hidden.union(*known.values()))
    for version, place in servers.items():
        known[version] = {name for name in candidates if knows(place, name)}
    for version, place in indirect.items():
        known[version] = derived(known, place)
    candidates = sorted(set().union(*known.values()))
    with OUTPUT.open("w", encoding="utf-8") as file:
        file.write(
            "# Made by tools/make_directives.py: directives of redis.conf, and the versions that do not know them.\n"
        )
        marked = (f"{v}?" if place.startswith("after:") else v for v, place in places.items())
        file.write(f"# {' '.join(marked)}\n")
        for name in candidates:
            file.write(
                " ".join([name, *(version for version in places if name not in known[version])]) + "\n"
            )


if __name__ == "__main__":
    main()
