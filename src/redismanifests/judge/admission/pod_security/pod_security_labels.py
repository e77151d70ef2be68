"""Pod Security labels: the levels and versions that a namespace enforces, audits and warns about.

Source: PolicyToEvaluate, ParseLevel and ParseVersion in k8s.io/pod-security-admission api/helpers.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.judge.admission.manifest import Problem, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object

Level = Literal["privileged", "baseline", "restricted"]
Mode = Literal["enforce", "audit", "warn"]

LEVELS: tuple[Level, ...] = get_args(Level)
"""From unrestricted to the strictest."""
MODES: tuple[Mode, ...] = get_args(Mode)

PREFIX = "pod-security.kubernetes.io/"
KEYS = tuple(f"{PREFIX}{mode}{suffix}" for mode in MODES for suffix in ("", "-version"))
LATEST = "latest"

_VERSION = pattern(r"v1\.(0|[1-9][0-9]*)")


class Standard(NamedTuple):
    """A level, and the version of it."""

    level: Level = "privileged"
    version: str = LATEST
    """``latest``, or ``v1.`` and a number."""

    def __str__(self) -> str:
        """As the API server names it: ``restricted:v1.32``."""
        return f"{self.level}:{self.version}"

    def minor(self, cluster: int) -> int:
        """The minor version whose rules count in Kubernetes 1.``cluster``: it has no later ones."""
        return cluster if self.version == LATEST else min(int(self.version.removeprefix("v1.")), cluster)


class Policy(NamedTuple):
    """The actions of a namespace: refuse a pod, add it to the audit log, warn its creator."""

    enforce: Standard = Standard()
    audit: Standard = Standard()
    warn: Standard = Standard()


def read_labels(namespace: Object, path: Path, problems: list[Problem]) -> dict[str, str]:
    """The valid Pod Security labels of the Namespace at ``path``.

    A label that the API server would refuse, or ignore, becomes a problem.
    """
    at = (*path, "metadata", "labels")
    metadata = mapping(namespace, "metadata", path, problems)
    found: dict[str, str] = {}
    for key, value in mapping(metadata, "labels", at[:-1], problems).items():
        if not str(key).startswith(PREFIX):
            continue
        fault = _fault(key, str(value))
        if fault:
            problems.append(Problem((*at, key), *fault))
        else:
            found[key] = value
    return found


def policy(labels: Mapping[str, str]) -> Policy:
    """The levels of valid ``labels`` of a namespace. Without a label for warnings, the enforced level applies."""
    given = {
        mode: Standard(
            _level(labels.get(f"{PREFIX}{mode}", LEVELS[0])), labels.get(f"{PREFIX}{mode}-version", LATEST)
        )
        for mode in MODES
    }
    enforce, audit, warn = (given[mode] for mode in MODES)
    if f"{PREFIX}warn" not in labels and LEVELS.index(enforce.level) > LEVELS.index(warn.level):
        version = labels.get(f"{PREFIX}warn-version", enforce.version)
        warn = Standard(enforce.level, version)
    return Policy(enforce, audit, warn)


def _level(text: str) -> Level:
    return next(level for level in LEVELS if level == text)


def _fault(key: str, value: str) -> tuple[str, str] | None:
    """Fact and fix of a label without effect, or with an unknown value."""
    if key not in KEYS:
        return f"Pod Security reads no label {key}", f"write one of {', '.join(KEYS)}"
    if key.endswith("-version"):
        if value != LATEST and not _VERSION.fullmatch(value):
            return (
                f'{value} is no version: must be "latest" or "v1.x"',
                "write latest, or a version such as v1.32",
            )
    elif value not in LEVELS:
        return f"{value} is no level: must be one of {', '.join(LEVELS)}", "write one of them"
    return None
