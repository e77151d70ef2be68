"""Waivers: what a profile lives with for a reason is marked so, and a waiver that does nothing is found.

A waiver is for a judgement. What cannot be read, what the API server refuses and what cannot work at all is no
judgement: no reason makes it work, so it cannot be waived. The day comes from outside, and only `check` and `plan` ask
for it: what is rendered must not depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.explanation import Explanation, named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.core.sources.source import Source
    from redismanifests.features.waiver.settings import Waiver
    from redismanifests.profile.model import Profile

UNUSED_WAIVER = FindingKind(
    "RM007",
    "unused-waiver",
    Severity.WARNING,
    "A waiver for which there is nothing to waive.\n\n"
    "The finding is gone, or is at another place. Left in the profile, the waiver would hide the next one that "
    "no one has decided about.\n\n"
    "Source: docs/check.md.",
    waivable=False,
)

EXPIRED_WAIVER = FindingKind(
    "RM008",
    "expired-waiver",
    Severity.WARNING,
    "The last day of a waiver is over: what it waived counts again.\n\n"
    "Only `check` and `plan` look at the day. What `render` writes does not depend on it, so that a folder "
    "made yesterday is made the same today.\n\n"
    "Source: docs/check.md.",
    waivable=False,
)

IMPOSSIBLE_WAIVER = FindingKind(
    "RM009",
    "impossible-waiver",
    Severity.ERROR,
    "A waiver names no finding that there is, several at once, or one that cannot be waived.\n\n"
    "A judgement can be waived, a fact cannot: what cannot be read, what the API server refuses and what "
    "cannot work at all does not work for a good reason either.\n\n"
    "Source: docs/check.md.",
)


def waived(profile: Profile, source: Source, found: Iterable[Finding], today: str | None) -> list[Finding]:
    """``found`` with the reason on each that is waived, and what is to be said of the waivers themselves.

    ``today`` is a day as YYYY-MM-DD; without it no waiver ends.
    """
    result = list(found)
    told: list[Finding] = []
    for index, waiver in enumerate(profile.waivers):
        path = ("waivers", index, "finding")
        try:
            item = _one(waiver)
        except RedismanifestsError as error:
            told.append(IMPOSSIBLE_WAIVER.at(source, path, error.fact, error.fix))
            continue
        meant = [at for at, finding in enumerate(result) if _is_meant(finding, item, waiver)]
        if today and waiver.until and waiver.until < today:
            fact = f"this waiver of {item.name} ended with {waiver.until}"
            fix = "fix the finding, or decide again and write a later date" if meant else "remove the waiver"
            told.append(EXPIRED_WAIVER.at(source, ("waivers", index, "until"), fact, fix))
        elif not meant:
            where = f" at {waiver.path}" if waiver.path else ""
            fact = f"there is no {item.code} {item.name}{where} to waive"
            told.append(UNUSED_WAIVER.at(source, path, fact, "remove the waiver"))
        else:
            for at in meant:
                result[at] = result[at]._replace(waived=waiver.reason)
    return result + told


def _one(waiver: Waiver) -> Explanation:
    """What is waived; raises RedismanifestsError where it is nothing, several things, or cannot be."""
    items = named(waiver.finding)
    if len(items) > 1:
        raise RedismanifestsError(
            f"{waiver.finding} are {len(items)} findings", "waive each for a reason of its own"
        )
    if not items[0].waivable:
        fact = f"{items[0].code} {items[0].name} cannot be waived: it is no judgement, it does not work"
        raise RedismanifestsError(fact, "fix it, and remove the waiver")
    return items[0]


def _is_meant(finding: Finding, item: Explanation, waiver: Waiver) -> bool:
    place = ".".join(map(str, finding.path))
    there = waiver.path is None or place == waiver.path or place.startswith(f"{waiver.path}.")
    return finding.code == item.code and there and not finding.waived
