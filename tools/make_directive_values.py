#!/usr/bin/env python3
"""Make directive values: which values a directive of redis.conf takes, by version: configuration/directive_values.txt.

A server that ends at a line says why, and its words name the type and the range. So each directive of
directives.txt is given to each server with values that no directive takes, and what the server says is kept.

    tools/make_directive_values.py redis-7.0=/usr/bin/redis-server valkey-8.1=.../valkey-server ...
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

FACTS = Path(__file__).parent.parent / "src" / "redismanifests" / "profile" / "formulas" / "configuration"
NAMES, OUTPUT = FACTS / "directives.txt", FACTS / "directive_values.txt"
LARGEST = 2**63 - 1
_BETWEEN = re.compile(r"argument must be between (-?\d+) and (\d+) inclusive")
_ONE_OF = re.compile(r"argument\(s\) must be one of the following: (.*)")


def complaint(server: str, line: str) -> str:
    """What the server says of a configuration with this line before it ends; empty where it takes the line."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "redis.conf"
        file.write_text(f"{line}\nport 0\ndir {folder}\n", "utf-8")
        try:
            done = subprocess.run([server, file], capture_output=True, text=True, check=False, timeout=30)
        except subprocess.TimeoutExpired:
            return ""
    lines = (done.stdout + done.stderr).splitlines()
    # The line itself follows ">>>", and then what is wrong with it.
    return next((after for line, after in pairwise(lines) if line[:3] == ">>>"), "")


def values(server: str, name: str) -> str:
    """Type and range; empty where they cannot be told."""
    said = complaint(server, f"{name} zz9")
    if "must be 'yes' or 'no'" in said:
        return "bool"
    if match := _ONE_OF.search(said):
        words = match[1].replace(" ", "")
        several = complaint(server, f"{name} {words.split(',')[0]} {words.split(',')[1]}")
        return f"{'enum' if 'wrong number' in several else 'flags'}:{words}"
    for kind, marks in (
        ("int", "parsed into an integer"),
        ("octal", "parsed as an octal"),
        ("percent", "memory or percent value"),
        ("memory", "must be a memory value"),
    ):
        if marks in said:
            return f"{kind}:{_octal_range(server, name) if kind == 'octal' else _range(server, name)}"
    if not said and "wrong number of arguments" in complaint(server, f"{name} zz9 zz9"):
        return "word"
    return ""


def _range(server: str, name: str) -> str:
    for value in (-99, 0, LARGEST):
        if match := _BETWEEN.search(complaint(server, f"{name} {value}")):
            return f"{match[1]}:{match[2]}"
    return f"{-LARGEST}:{LARGEST}"


def _octal_range(server: str, name: str) -> str:
    """Bounds in decimal; the server prints them in octal."""
    match = _BETWEEN.search(complaint(server, f"{name} 77777777"))
    return f"{int(match[1], 8)}:{int(match[2], 8)}" if match else f"{-LARGEST}:{LARGEST}"


def main() -> None:
    """Ask, write."""
    servers = dict(word.split("=", 1) for word in sys.argv[1:])
    _, _, *lines = NAMES.read_text("utf-8").splitlines()
    unknown = {row[0]: set(row[1:]) for row in map(str.split, lines)}
    with ThreadPoolExecutor(3) as threads, OUTPUT.open("w", encoding="utf-8") as file:
        file.write(
            "# Made by tools/make_directive_values.py: values of directives, and the versions that take them.\n"
        )
        file.write(f"# {' '.join(servers)}\n")
        for name in sorted(unknown):
            having = [version for version in servers if version not in unknown[name]]
            specs = threads.map(lambda version, name=name: values(servers[version], name), having)
            taken: dict[str, list[str]] = {}
            for version, spec in zip(having, specs, strict=True):
                if spec:
                    taken.setdefault(spec, []).append(version)
            for spec, asked in sorted(taken.items()):
                # Where all that know it take the same, there is nothing to tell apart.
                file.write(" ".join([name, spec, *(asked if len(asked) < len(having) else ())]) + "\n")


if __name__ == "__main__":
    main()
