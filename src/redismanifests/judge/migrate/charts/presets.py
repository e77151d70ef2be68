"""Presets: requests and limits by name in Bitnami's charts (bitnami/common, templates/_resources.tpl)."""

from __future__ import annotations

PRESETS = {
    "nano": ("100m", "128Mi", "150m", "192Mi"),
    "micro": ("250m", "256Mi", "375m", "384Mi"),
    "small": ("500m", "512Mi", "750m", "768Mi"),
    "medium": ("500m", "1024Mi", "750m", "1536Mi"),
    "large": ("1", "2048Mi", "1500m", "3072Mi"),
    "xlarge": ("1", "3072Mi", "3", "6144Mi"),
    "2xlarge": ("1", "3072Mi", "6", "12288Mi"),
    "xlarge before 19.5.5": ("1500m", "4096Mi", "3", "6144Mi"),
    "2xlarge before 19.5.5": ("1500m", "4096Mi", "6", "12288Mi"),
    "xlarge before 19.1.1": ("2", "4096Mi", "3", "6144Mi"),
    "2xlarge before 19.1.1": ("4", "8192Mi", "6", "12288Mi"),
}
"""Requests and limits of CPU and memory by the name of the preset (bitnami/common, templates/_resources.tpl).

Two were others in charts with a common before 2.20.3 and 2.19.1: bitnami/redis before the version in the name.
"""


def nano(master: str) -> dict[str, str]:
    """The default of each container since 19.0.0; ``master`` is the section of the master."""
    return dict.fromkeys(
        (
            f"{master}.resourcesPreset",
            "replica.resourcesPreset",
            "sentinel.resourcesPreset",
            "metrics.resourcesPreset",
        ),
        "nano",
    )
