"""Engine facts: Redis and Valkey: images, the oldest version that the design runs on, accounts of the images."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.core.values.image import Image

EngineName = Literal["redis", "valkey"]

IMAGES = {"redis": "redis:8.2.10", "valkey": "valkey/valkey:8.1.12"}
"""The newest of each line with long support: Redis 8.2 to September 2030, Valkey 8.1 to 2030. Versions that were
rehearsed: docs/rehearsal.md, Other engines."""

OLDEST = (7, 0)
"""Redis 7.0 added `shutdown-on-sigterm`, without which a SIGTERM can be refused for the whole grace period
(docs/measurements/kubernetes.md), and host names that are resolved again when a link is opened."""

LRM_SINCE = (8, 6)
"""Redis that evicts what was modified longest ago (redis/redis#14624); Valkey has no such policy."""

LINE_PARTS = 2
"""Parts of a version that name a line: 8.2 of 8.2.10."""

UID = 999
"""User of the Redis and Valkey images, Debian and Alpine alike."""
GIDS = {"debian": 999, "alpine": 1000}
"""Group by flavour: Alpine keeps 999 for `ping`, so its images use 1000 (Dockerfiles of docker-library)."""


def engine_of(engine: str, image: Image) -> str:
    """The engine in an image: Valkey's also have Redis' program names, so `engine: redis` may run one."""
    return image.name if image.name in IMAGES else engine


def is_too_old(image: Image) -> bool:
    """Whether every version that the tag can mean is older than `OLDEST`; ``7`` means the newest 7.x."""
    return image.version is not None and image.version < OLDEST[: len(image.version)]


def line_of(engine: str, image: Image) -> str | None:
    """The line of versions that an image belongs to (``redis-8.2``), by name and tag; None where the tag has none."""
    if image.version is None or len(image.version) < LINE_PARTS:
        return None
    return f"{engine_of(engine, image)}-{'.'.join(str(part) for part in image.version[:LINE_PARTS])}"


def lines_of(engine: str, image: Image, table: Iterable[str]) -> list[str]:
    """Those lines of versions in ``table`` that are of the engine in the image, the oldest first."""
    name = f"{engine_of(engine, image)}-"
    return sorted((line for line in table if line.startswith(name)), key=order)


def judges(engine: str, image: Image, table: Iterable[str]) -> tuple[str, ...]:
    """The lines of ``table`` that an image is judged by.

    Its own line, or the last one before it and the first one after it; the newest for an image without a version. A
    table with no line of the engine gives none.
    """
    lines = lines_of(engine, image, table)
    orders = [order(line) for line in lines]
    wanted = image.version[:LINE_PARTS] if image.version else max(orders, default=())
    before, after = lines[: bisect_right(orders, wanted)][-1:], lines[bisect_left(orders, wanted) :][:1]
    return tuple(dict.fromkeys((*before, *after)))


def order(line: str) -> tuple[int, ...]:
    """What lines of one engine are sorted by: (8, 10) of redis-8.10."""
    return tuple(int(part) for part in line.partition("-")[2].split("."))


def knows_lrm(engine: str, image: Image) -> bool:
    """Whether the image has the policies `*-lrm`, as far as its tag says; a tag without a version is believed."""
    return image.version is None or (engine_of(engine, image) == "redis" and image.version >= LRM_SINCE)


def group(image: Image) -> int:
    """The group that files on the volume belong to, by the flavour of the image."""
    return GIDS[image.flavour]
