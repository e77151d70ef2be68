"""Exporter facts: what redis_exporter serves to any client of its port, and the versions that can close it.

`GET /scrape?target=ADDRESS` makes it connect to an address of the caller's choice, as the account that it has; with
`check-keys` it answers with keys. Read in the sources of v1.45 to v1.89, and tried with 1.45, 1.51, 1.52, 1.82, 1.83
and 1.89 (tests/evidence/test_scrape.py): each starts with variables that it does not know, none with unknown arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.core.values.image import Image

DEFAULT_IMAGE = "oliver006/redis_exporter:v1.89.0"
"""Closes `/scrape`; 1.87 and 1.88 log an error at each scrape of a server without COMMANDLOG."""

NAME = "redis_exporter"
"""Of the image; another one's versions may be counted otherwise."""

HIDES_VALUES_SINCE = (1, 52)
"""`--disable-exporting-key-values`: the answer keeps names, types and sizes."""
CLOSES_SINCE = (1, 83)
"""`--disable-scrape-endpoint`: `/scrape` is not found."""

CLOSED = "REDIS_EXPORTER_DISABLE_SCRAPE_ENDPOINT"
"""The variable behind that argument (templates/exporter/container.yaml.j2); a version that lacks it ignores it."""


def _knows(exporter: Image, since: tuple[int, ...]) -> bool:
    """Whether the tag has this version or a newer one; a tag without a version counts as new."""
    version = exporter.version if exporter.name == NAME else None
    return version is None or version >= since


def closes(exporter: Image) -> bool:
    """Whether `/scrape` can be closed, by the tag of the image."""
    return _knows(exporter, CLOSES_SINCE)


def exposed(exporter: Image) -> str:
    """What `/scrape` of a version that cannot close it gives away of the keys that the exporter's account may read."""
    return "names and sizes of keys" if _knows(exporter, HIDES_VALUES_SINCE) else "keys with their values"
