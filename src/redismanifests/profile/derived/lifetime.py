"""Lifetime: until when each line of Redis and Valkey gets fixes, and the holes that are known of its versions.

Everything here was read on `DATE`, from the pages that docs/engines.md names, and is judged by that day: the same
profile always gives the same findings. Only `age_days` looks at a day from outside.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.configuration import lines
from redismanifests.profile.formulas.engine import IMAGES, LINE_PARTS, engine_of, is_too_old, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.values.image import Image
    from redismanifests.profile.model import Profile

DATE = "2026-11-29"
"""The day on which the tables of this module were read."""
OLD_DAYS = 90
"""Age at which a table is reported: Redis and Valkey fixed vulnerabilities every two to three months in 2026."""
SOON_DAYS = 90
"""Time before an end from which it is reported as reached: an update of a line takes planning."""

OPEN = "9999-12-31"
"""The end of a line that gets fixes, and of which no end is published."""
UNLISTED = "0000-00-00"
"""The end of a line that its makers do not list among those that get fixes."""

ENDS = {
    "redis-6.2": "2027-04-01",
    "redis-7.0": UNLISTED,
    "redis-7.2": "2029-12-01",
    "redis-7.4": "2029-12-01",
    "redis-8.0": "2026-12-01",
    "redis-8.2": "2030-09-01",
    "redis-8.4": OPEN,
    "redis-8.6": OPEN,
    "redis-8.8": OPEN,
    "redis-8.10": OPEN,
    "valkey-7.2": "2029-04-16",
    "valkey-8.0": "2027-09-15",
    "valkey-8.1": "2030-03-31",
    "valkey-9.0": "2028-10-21",
    "valkey-9.1": OPEN,
}
"""Line of versions -> the last day on which it gets fixes of holes (Redis: version management; Valkey: releases)."""

NEVER = None
"""A line that has a hole and got no version without it."""


class Hole(NamedTuple):
    """A hole that versions of some lines have."""

    name: str
    """Its CVE, or the pull request that closed it where it has none."""
    what: str
    fixed: dict[str, int | None]
    """Line -> the patch version that closes it. Lines that are not in it do not have it, or it was not read whether."""
    when: str = ""
    """What a profile must have for it: ``tls``, or a directive with another value than 0; empty for every one."""


HOLES = (
    Hole(
        "CVE-2025-32023",
        "HyperLogLog commands write out of bounds",
        {"redis-7.0": NEVER, "redis-7.2": 10, "redis-7.4": 5, "redis-8.0": 3, "valkey-8.1": 3},
    ),
    Hole(
        "CVE-2025-49844",
        "a Lua script may run code in the server",
        {
            "redis-7.0": NEVER,
            "redis-7.2": 11,
            "redis-7.4": 6,
            "redis-8.0": 4,
            "redis-8.2": 2,
            "valkey-8.0": 6,
            "valkey-8.1": 4,
        },
    ),
    Hole("CVE-2025-62507", "XACKDEL writes beyond the stack", {"redis-8.2": 3}),
    Hole(
        "CVE-2025-67733",
        "a Lua script may forge replies of others on a shared connection",
        {"valkey-7.2": 12, "valkey-8.0": 7, "valkey-8.1": 6, "valkey-9.0": 3},
    ),
    Hole("CVE-2026-27623", "a request from anyone who can connect ends the server", {"valkey-9.0": 3}),
    Hole(
        "CVE-2026-23631",
        "a Lua script during a full copy may run code in the server",
        {
            "redis-7.2": 14,
            "redis-7.4": 9,
            "redis-8.0": NEVER,
            "redis-8.2": 6,
            "redis-8.4": 3,
            "redis-8.6": 3,
            "valkey-8.1": 7,
            "valkey-9.0": 4,
        },
    ),
    Hole(
        "CVE-2026-25243",
        "RESTORE of a made-up value may run code in the server",
        {
            "redis-7.4": 9,
            "redis-8.0": NEVER,
            "redis-8.2": 6,
            "redis-8.4": 3,
            "redis-8.6": 3,
            "valkey-8.1": 7,
            "valkey-9.0": 4,
        },
    ),
    Hole(
        "CVE-2026-23479",
        "a blocked client that is evicted may run code in the server",
        {
            "redis-7.4": 9,
            "redis-8.0": NEVER,
            "redis-8.2": 6,
            "redis-8.4": 3,
            "redis-8.6": 3,
            "valkey-8.1": 7,
            "valkey-9.0": 4,
        },
        "maxmemory-clients",
    ),
    Hole(
        "CVE-2026-63639",
        "a damaged stream in a dump may run code in the server",
        {"valkey-8.0": 10, "valkey-8.1": 9, "valkey-9.0": 5, "valkey-9.1": 1},
    ),
    Hole(
        "CVE-2026-56684",
        "CLIENT KILL of a connection with TLS may run code in the server",
        {"valkey-8.0": 10, "valkey-8.1": 9, "valkey-9.0": 5, "valkey-9.1": 1},
        "tls",
    ),
    Hole(
        "CVE-2026-81934",
        "anyone who can connect by TLS may run code in the server",
        {
            "redis-7.0": NEVER,
            "redis-7.2": 16,
            "redis-7.4": 11,
            "redis-8.0": NEVER,
            "redis-8.2": 9,
            "redis-8.4": 6,
            "redis-8.6": 6,
            "redis-8.8": 2,
            "redis-8.10": 1,
        },
        "tls",
    ),
    Hole(
        "CVE-2026-62356",
        "a made-up count-min sketch in a dump writes out of bounds",
        {
            "redis-8.0": NEVER,
            "redis-8.2": 9,
            "redis-8.4": 6,
            "redis-8.6": 6,
            "redis-8.8": 2,
            "redis-8.10": 1,
        },
    ),
    Hole(
        "CVE-2026-130822",
        "a client that is evicted while others wait for its key ends the server",
        {"valkey-7.2": 16, "valkey-8.0": 13, "valkey-8.1": 12, "valkey-9.0": 8, "valkey-9.1": 4},
        "maxmemory-clients",
    ),
    Hole(
        "redis/redis#14164",
        "CLIENT UNBLOCK of a client that a hand-over has paused ends the server",
        {"redis-7.0": NEVER, "redis-7.4": 6, "redis-8.0": 4},
    ),
    Hole(
        "valkey-io/valkey#2117",
        "CLIENT UNBLOCK of a client that a hand-over has paused ends the server",
        {"valkey-8.0": 5, "valkey-8.1": 2},
    ),
    Hole(
        "valkey-io/valkey#2109",
        "clients go on to run commands while a hand-over has paused them",
        {"valkey-8.0": 5, "valkey-8.1": 2},
    ),
)
"""The oldest first; of several that one version closes, the worst. Read in release notes and advisories."""


def age_days(today: str) -> int:
    """How old the tables are on ``today`` (YYYY-MM-DD), in days; negative before they were read."""
    return (date.fromisoformat(today) - date.fromisoformat(DATE)).days


def judged_line(profile: Profile, image: Image) -> str | None:
    """The line by which an image is judged; None where its tag names none, or one that no deployment runs on."""
    return None if is_too_old(image) else line_of(profile.engine, image)


def is_known(line: str) -> bool:
    """Whether the tables have ``line``."""
    return line in ENDS


def end_of(line: str) -> str | None:
    """When a line stopped, or stops within `SOON_DAYS` of the table's day, to get fixes, in words; else None."""
    end = ENDS.get(line, OPEN)
    if end == UNLISTED:
        return "is no longer among the versions that get fixes"
    if end == OPEN or (date.fromisoformat(end) - date.fromisoformat(DATE)).days > SOON_DAYS:
        return None
    return f"gets fixes until {end}"


def holes(profile: Profile, image: Image, *, left_open: bool) -> tuple[Hole, ...]:
    """The holes that the image's version has, as far as this profile opens them.

    ``left_open``: those that a line has which gets no fixes any more and never closed them; else all the others. A tag
    of two parts is whichever version is the newest of its line: it has those that the line never closed.
    """
    line = judged_line(profile, image)
    if line is None:
        return ()
    present = _present(profile)
    found = [h for h in HOLES if line in h.fixed and h.when in present and _is_open(h.fixed[line], image)]
    ended = end_of(line) is not None
    return tuple(hole for hole in found if (ended and hole.fixed[line] is NEVER) == left_open)


def without_holes(profile: Profile, found: tuple[Hole, ...], image: Image) -> str:
    """The image to use instead: the line's first version without any of them; the engine's default if it has ended."""
    engine, line = engine_of(profile.engine, image), line_of(profile.engine, image) or ""
    patches = [hole.fixed[line] for hole in found]
    if NEVER in patches or end_of(line) is not None:
        return IMAGES[engine]
    newest = max(patch for patch in patches if patch is not None)
    return f"{IMAGES[engine].partition(':')[0]}:{line.partition('-')[2]}.{newest} or newer"


def _is_open(patch: int | None, image: Image) -> bool:
    version = image.version or ()
    return patch is NEVER or (len(version) > LINE_PARTS and version[LINE_PARTS] < patch)


def _present(profile: Profile) -> frozenset[str]:
    """What holes may ask for, and this profile has."""
    return frozenset(_conditions(profile))


def _conditions(profile: Profile) -> Iterator[str]:
    yield ""
    if profile.tls.enabled:
        yield "tls"
    for _, directive, words in lines(profile):
        if words and words[0] not in ("0", "0%"):
            yield directive
