#!/usr/bin/env python3
"""Make commands: which commands and subcommands an account may name, by version: configuration/commands.txt.

Each server is asked (ACL CAT CATEGORY), over its socket. Of versions that are not at hand, what came since the newest
server before is read from a git repository of the documentation. Commands of modules are not in it: a server knows them
only with the module.

    tools/make_commands.py redis-8.0=/usr/bin/redis-server redis-8.2=REPOSITORY valkey-8.1=.../valkey-server ...
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OUTPUT = (
    Path(__file__).parent.parent
    / "src"
    / "redismanifests"
    / "profile"
    / "formulas"
    / "configuration"
    / "commands.txt"
)


def commands(server: str) -> set[str]:
    """Every command of a server, and every subcommand as `command|subcommand`."""
    with tempfile.TemporaryDirectory() as folder:
        socket = f"{folder}/s"
        options = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        with subprocess.Popen([server, *options], stdout=subprocess.DEVNULL) as process:
            try:
                while not Path(socket).exists():
                    time.sleep(0.05)
                categories = _ask(socket, "ACL", "CAT")
                return {name for category in categories for name in _ask(socket, "ACL", "CAT", category)}
            finally:
                process.terminate()


def documented(repository: str, after: str, until: str) -> set[str]:
    """What came after one version (``redis-8.0``) until another, by the pages of content/commands."""
    listed = _git(repository, "ls-tree", "--name-only", "HEAD", "content/commands/").split()
    found = set()
    for page in listed:
        text = _git(repository, "show", f"HEAD:{page}")
        title, since = (
            re.search(rf"^{key}: '?([A-Z0-9 .-]+)'?$", text, re.MULTILINE | re.IGNORECASE) for key in _KEYS
        )
        if title and since and "." not in title[1] and _parts(after) < _parts(since[1]) <= _parts(until):
            found.add(title[1].lower().replace(" ", "|", 1))
    return found


_KEYS = ("title", "since")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _git(repository: str, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", repository, *words], capture_output=True, text=True, check=True
    ).stdout


def _ask(socket: str, *words: str) -> list[str]:
    command = ["redis-cli", "-s", socket, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def main() -> None:
    """Ask, write."""
    known: dict[str, set[str]] = {}
    before = ""
    for version, place in (word.split("=", 1) for word in sys.argv[1:]):
        newer = Path(place).is_dir()
        known[version] = known[before] | documented(place, before, version) if newer else commands(place)
        before = version
    with OUTPUT.open("w", encoding="utf-8") as file:
        file.write(
            "# Made by tools/make_commands.py: commands of servers, and the versions that do not know them.\n"
        )
        file.write(f"# {' '.join(known)}\n")
        for name in sorted(set().union(*known.values())):
            file.write(" ".join([name, *(version for version in known if name not in known[version])]) + "\n")


if __name__ == "__main__":
    main()
