"""Kubectl: the door that an operator and a GitOps tool use, with all that it says."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Said:
    """How a kubectl ended."""

    code: int
    output: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """What it printed, a line an object where it applied some."""
        return self.output.splitlines()


@dataclass(frozen=True)
class Kubectl:
    """The program, and the kubeconfig that it uses."""

    program: str
    kubeconfig: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """Switches of features that are not on by default."""

    def __call__(self, *arguments: str | Path, text: str = "") -> Said:
        """Run it, ``text`` on its standard input. Its caches stay beside the kubeconfig."""
        done = subprocess.run(
            [self.program, *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.kubeconfig.parent),
                "KUBECONFIG": str(self.kubeconfig),
                # An apply reads the API's whole schema and ends: collecting less saves a quarter of its CPU time.
                "GOGC": "400",
                **self.environment,
            },
        )
        return Said(done.returncode, done.stdout, done.stderr)
