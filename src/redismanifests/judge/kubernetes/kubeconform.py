"""Kubeconform: runs the tool of that name on the same schemas, as a second check.

It reads the files itself, so it also detects what a parsed object does not show: a duplicate key, or a document that
only another YAML reader accepts.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from redismanifests.errors import ToolError
from redismanifests.judge.kubernetes import pool
from redismanifests.judge.kubernetes.custom import CUSTOM

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILT_AND_TESTED = "v0.8.0"
"""The newest version in November 2026; the tests compare verdicts with this one."""
PATIENCE_SECONDS = 60
"""Timeout: a thousand objects take a second, so after a minute it hangs."""

_LAYOUT = "{{.ResourceKind}}{{.KindSuffix}}.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_INSTALL = (
    f"install it with `go install github.com/yannh/kubeconform/cmd/kubeconform@{BUILT_AND_TESTED}`"
    " and put it on PATH"
)


class Status(StrEnum):
    """kubeconform's status of one document, with its own names."""

    VALID = "statusValid"
    INVALID = "statusInvalid"
    ERROR = "statusError"
    """It cannot be validated: not YAML, no kind, no schema for its kind."""
    SKIPPED = "statusSkipped"
    """A kind of an operator (judge/kubernetes/custom.py): only the cluster has its schema."""
    EMPTY = ""
    """A document without content, as between two separators."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """kubeconform's verdict about one document of one file; ``message`` is empty for a valid one."""

    file: str
    kind: str
    name: str
    status: Status
    message: str

    @property
    def accepted(self) -> bool:
        """Whether Kubernetes would accept it, as far as a schema can decide; an empty document is accepted."""
        return self.status in {Status.VALID, Status.SKIPPED, Status.EMPTY}


def find() -> Path:
    """The program on PATH; raises ToolError with instructions to install it."""
    found = which("kubeconform")
    if found is None:
        raise ToolError("kubeconform is not on PATH", _INSTALL)
    return Path(found).absolute()


def export(version: str, directory: Path) -> None:
    """Write the schemas of one Kubernetes version in kubeconform's layout, each file complete in itself."""
    definitions = ",".join(f'"{name}":{text}' for name, text in pool.definitions(version).items())
    for (api_version, kind), name in pool.kinds().items():
        group, _, minor = api_version.rpartition("/")
        suffix = f"{group.partition('.')[0]}-{minor}".removeprefix("-")
        text = f'{{"$schema":"{_DIALECT}","$ref":"#/$defs/{name}","$defs":{{{definitions}}}}}\n'
        Path(directory, f"{kind.lower()}-{suffix}.json").write_text(text, encoding="utf-8")


def check(files: Mapping[str, str], version: str) -> tuple[Verdict, ...]:
    """Validate files in memory, given as name and text, strictly by the schemas of one Kubernetes version.

    Verdicts have the order of the files, and of the documents within a file. Raises ToolError if kubeconform is
    missing, hangs, or prints unexpected output; RedismanifestsError for a version without schemas.
    """
    program = find()
    # Numbered: a user's file name cannot lead out of the folder, or be skipped because it does not end in .yaml.
    names = {f"manifests/{number}.yaml": name for number, name in enumerate(files)}
    with TemporaryDirectory(prefix="redismanifests-kubeconform-") as folder:
        Path(folder, "schemas").mkdir()
        Path(folder, "manifests").mkdir()
        export(version, Path(folder, "schemas"))
        for path, text in zip(names, files.values(), strict=True):
            Path(folder, path).write_text(text, encoding="utf-8", newline="")
        # One worker: its verdicts then come in the order of the documents.
        skipped = ",".join(f"{api_version}/{kind}" for api_version, kind in CUSTOM)
        options = ["-strict", "-verbose", "-output", "json", "-n", "1", "-kubernetes-version", f"{version}.0"]
        options += ["-skip", skipped]
        said = _run([str(program), *options, "-schema-location", f"schemas/{_LAYOUT}", "manifests"], folder)
    order = {name: number for number, name in enumerate(files)}
    try:
        found = [_verdict(result, names[result["filename"]]) for result in json.loads(said)["resources"]]
    except (ValueError, KeyError, TypeError):
        raise ToolError(
            f"kubeconform printed unexpected output: {said.strip() or 'nothing'}", _INSTALL
        ) from None
    return tuple(sorted(found, key=lambda verdict: order[verdict.file]))


def _run(command: list[str], folder: str) -> str:
    """The tool's output; if it fails early, its error output.

    It runs in the folder: a template with this machine's path in it breaks at a ``%``, ``#`` or ``{{``.
    """
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        fact = f"kubeconform has not answered within {PATIENCE_SECONDS} s"
        raise ToolError(fact, "run it by hand on the same files") from None
    except OSError as error:
        raise ToolError(f"{command[0]} cannot be run: {error.strerror}", _INSTALL) from error
    return done.stdout or done.stderr


def _verdict(result: Mapping[str, Any], file: str) -> Verdict:
    return Verdict(file, result["kind"], result["name"], Status(result["status"]), _message(result["msg"]))


def _message(said: str) -> str:
    """The leaves of kubeconform's tree of problems: its root names a temporary file that is deleted by then."""
    trunk, *problems = re.split(r"\s+- at '", said)
    leaves = [f"at '{problem}" for problem in problems if not problem.endswith(": validation failed")]
    return "; ".join(leaves) or trunk
