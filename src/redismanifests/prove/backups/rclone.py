"""Rclone: the only module that runs rclone; it gets all that it must know from variables, as in the pod."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT_S = 300.0
"""Time for one listing or for all manifests, in seconds; reading a dump has no limit."""
NO_SUCH_FOLDER = 3
"""Exit code of rclone for a folder that is not there: an object store has none until something is in it."""
BLOCK_BYTES = 1 << 20
_STAMP = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d +")


class Rclone(NamedTuple):
    """The program and its variables."""

    program: str
    environment: Mapping[str, str]

    @classmethod
    def found(cls, environment: Mapping[str, str]) -> Rclone:
        """The first rclone on PATH; raises ToolError if there is none."""
        program = shutil.which("rclone")
        if program is None:
            raise ToolError(
                "rclone is not on PATH, and it is what reads the store",
                "install rclone 1.60 or newer (Debian's package rclone)",
            )
        fixed = {
            "RCLONE_CONFIG": "/notfound", "RCLONE_LOG_LEVEL": "ERROR", "RCLONE_USE_JSON_LOG": "false",
            "RCLONE_CONTIMEOUT": "10s", "RCLONE_RETRIES": "1", "RCLONE_LOW_LEVEL_RETRIES": "2",
        }  # fmt: skip
        # Some versions stop at this variable of AWS' own tools (LoadCustomCABundleError).
        return cls(program, {k: v for k, v in {**environment, **fixed}.items() if k != "AWS_CA_BUNDLE"})

    def obscured(self, password: str) -> str:
        """A password in rclone's own form; it goes through a pipe, because arguments are seen by every process."""
        return self.output("obscure", "-", text=password).strip()

    def output(
        self, *arguments: str, text: str = "", empty: bool = False, limit_s: float | None = LIMIT_S
    ) -> str:
        """What it prints; nothing for a missing folder if that may be ``empty``. Raises ToolError where it fails."""
        try:
            done = subprocess.run(
                [self.program, *arguments], env=self.environment, input=text.encode(),
                capture_output=True, timeout=limit_s, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _trouble(f"no answer within {limit_s:g} s") from None
        if done.returncode and not (empty and done.returncode == NO_SUCH_FOLDER):
            raise _trouble(done.stderr.decode(errors="replace"))
        return done.stdout.decode(errors="replace")

    def sum_of(self, path: str) -> tuple[str, str]:
        """SHA-256 of a file, in hexadecimal, and what rclone says where it cannot be read to its end."""
        digest = hashlib.sha256()
        with subprocess.Popen(
            [self.program, "cat", path], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            while block := process.stdout.read(BLOCK_BYTES):
                digest.update(block)
            said = process.stderr.read().decode(errors="replace")
        return digest.hexdigest(), _first(said) if process.returncode else ""


def _trouble(said: str) -> ToolError:
    return ToolError(
        f"the store does not answer, or refuses: {_first(said)}",
        "give the variables of rclone for it with --env-file, or in the environment (docs/backup.md)",
    )


def _first(said: str) -> str:
    lines = [_STAMP.sub("", line).strip() for line in said.splitlines() if line.strip()]
    return (lines or ["rclone says nothing"])[-1][:300]
