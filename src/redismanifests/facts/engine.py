"""Engine facts: Redis and Valkey: images, the oldest version that the design runs on, accounts of the images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from redismanifests.core.image import Image

if TYPE_CHECKING:
    from redismanifests.profile import Profile

EngineName = Literal["redis", "valkey"]

IMAGES = {"redis": "redis:8.0.2", "valkey": "valkey/valkey:8.1.1"}
"""The newest versions that the start-up design was run with (Debian 13's)."""

OLDEST = (7, 0)
"""Redis 7.0 brought `shutdown-on-sigterm`, without which a SIGTERM can be refused for the whole grace period
(kubernetes-findings 5), and host names that are resolved again when a link is opened."""

UID = 999
"""User of the Redis and Valkey images, Debian and Alpine alike."""
GIDS = {"debian": 999, "alpine": 1000}
"""Group by flavour: Alpine keeps 999 for `ping`, so its images use 1000 (Dockerfiles of docker-library)."""


def default_image(profile: Profile) -> Image:
    """The image of the chosen engine."""
    return Image.parse(IMAGES[profile.engine])


def group(image: Image) -> int:
    """The group that files on the volume belong to, by the flavour of the image."""
    return GIDS[image.flavour]
