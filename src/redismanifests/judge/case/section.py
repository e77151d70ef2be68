"""Section: the part of a profile that a rendered container comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.core.findings import Path

SECTIONS: dict[str, Path] = {
    "redis": ("redis",),
    "sentinel": ("sentinel",),
    "redis-exporter": ("exporters", "redis"),
    "sentinel-exporter": ("exporters", "sentinel"),
    "redis-exporter-password": ("exporters", "redis"),
    "sentinel-exporter-password": ("exporters", "sentinel"),
    "backup-dump": ("backup", "dump"),
    "backup-upload": ("backup", "upload"),
    "restore-fetch": ("restore", "fetch"),
    "restore-place": ("redis",),
    "segments": ("backup", "segments"),
    "segments-prune": ("backup", "upload"),
    "drill-fetch": ("backup", "upload"),
    "drill-load": ("redis",),
}
"""Section of the profile that sets the resources of a container."""
