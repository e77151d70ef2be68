"""Contract: the names of series that each version of redis_exporter has, taken from its program.

One list a version lies in `exporters/`, written by tools/list_metrics.py. A version between two lists is judged by the
older one: names are added, and none of those that alerts read was ever removed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.profile.formulas.exporter import NAME

if TYPE_CHECKING:
    from redismanifests.core.values.image import Image

FOLDER = Path(__file__).parent / "exporters"
OTHERS = frozenset(
    {
        "kubelet_volume_stats_available_bytes",
        "kubelet_volume_stats_capacity_bytes",
        "certmanager_certificate_expiration_timestamp_seconds",
        "kube_cronjob_status_last_successful_time",
        "kube_cronjob_created",
        "kube_job_created",
        "kube_job_failed",
        "deployment:redis_writable:bool",
    }
)
"""Series that alerts read and that no exporter has: the kubelet's, cert-manager's, kube-state-metrics',
and the recorded one."""


@cache
def versions() -> tuple[tuple[int, ...], ...]:
    """Versions of which there is a list, the oldest first."""
    return tuple(sorted(tuple(map(int, path.stem.split("."))) for path in FOLDER.glob("*.txt")))


@cache
def names(version: tuple[int, ...]) -> frozenset[str]:
    """Names of all series of a version of which there is a list."""
    lines = (FOLDER / f"{'.'.join(map(str, version))}.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def exported(image: Image) -> frozenset[str] | None:
    """Names of the series of an exporter; None where its reference does not say which version it is."""
    if image.name != NAME or image.version is None:
        return None
    return names_of(image.version)


def names_of(version: tuple[int, ...]) -> frozenset[str]:
    """Names of the series of any version, by the newest list that is not newer."""
    older = [each for each in versions() if each[: len(version)] <= version]
    return names(older[-1] if older else versions()[0])
