"""Lifetime: rules about images whose line gets no fixes any more, or whose version has known vulnerabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived import lifetime
from redismanifests.profile.formulas.engine import IMAGES, engine_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.core.values.image import Image
    from redismanifests.profile.model import Profile


def _chosen(profile: Profile) -> Iterator[tuple[Path, Image]]:
    """Each image of Redis and Sentinel that the user chose, once; ours are kept without findings by a test."""
    written: dict[str, tuple[Path, Image]] = {}
    if "image" in profile.redis.model_fields_set:
        written[str(profile.redis.image)] = (("redis", "image"), profile.redis.image)
    if "image" in profile.sentinel.model_fields_set:
        written.setdefault(str(profile.sentinel.image), (("sentinel", "image"), profile.sentinel.image))
    yield from written.values()


@rule("RM212", Severity.WARNING)
def image_past_its_end(profile: Profile) -> Iterator[Fault]:
    """The image's line of versions gets no fixes any more, or not for long: the next vulnerability stays unfixed.

    Redis fixes its newest lines and some extended ones (7.2, 7.4 and 8.2, to 2029 and 2030), Valkey each of its lines
    for three to five years. A line counts as ended 90 days before its last day, because the next one needs a plan: an
    older version cannot read the data of a newer one (RM217). Distributions fix their own builds for longer, under the
    same tags; their own notes list what such a build contains.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.0
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.10
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/install/version-mgmt/;
    https://valkey.io/topics/releases/; docs/engines.md.
    """
    for path, image in _chosen(profile):
        line = lifetime.judged_line(profile, image)
        end = lifetime.end_of(line) if line else None
        if end:
            left = ", ".join(hole.name for hole in lifetime.holes(profile, image, left_open=True))
            yield Fault(
                path,
                fact=f"{line} {end} (read on {lifetime.DATE}){f'; not fixed in it: {left}' if left else ''}",
                fix=f"plan the update to {IMAGES[engine_of(profile.engine, image)]}, and see `check --against` first",
            )


@rule("RM214", Severity.NOTE)
def image_not_in_the_table(profile: Profile) -> Iterator[Fault]:
    """The image's version is not in our tables: its end of life, its vulnerabilities and some lines are not judged.

    Usually it is newer than this program. Directives and commands are then judged by the newest known version.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:9.4.1
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.10
    ```
    Source: https://github.com/redis/redis/releases; docs/engines.md.
    """
    for path, image in _chosen(profile):
        line = lifetime.judged_line(profile, image)
        if line and not lifetime.is_known(line):
            yield Fault(
                path,
                fact=f"{line} is not in our tables of {lifetime.DATE}: its end and its vulnerabilities were not judged",
                fix="look for a newer redismanifests, or follow the announcements of its makers",
            )


@rule("RM219", Severity.WARNING)
def image_with_known_holes(profile: Profile) -> Iterator[Fault]:
    """The image's version has published vulnerabilities that a newer version fixes.

    Two of them need no attacker: our hand-over pauses clients, and a client library that then cancels a blocking
    command crashes the master. Vulnerabilities of TLS, and of the memory bound of clients, are reported only if the
    profile uses these. The list was read on one day and is not complete. Use it to choose a version; it does not
    replace an image scanner.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.3
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.10
    ```
    Source: https://github.com/redis/redis/releases, https://github.com/valkey-io/valkey/releases; docs/engines.md,
    Known vulnerabilities.
    """
    for path, image in _chosen(profile):
        found = lifetime.holes(profile, image, left_open=False)
        if found:
            named = ", ".join(hole.name for hole in found)
            yield Fault(
                path,
                fact=f"{image} has known vulnerabilities: {named}",
                fix=f"use {lifetime.without_holes(profile, found, image)}; docs/engines.md describes each of them",
            )
