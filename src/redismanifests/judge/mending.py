"""Fixing: makes the certain fixes of a profile's findings; a fix is kept only if the finding is then gone.

A fix is kept only if its finding is gone and nothing as bad has come: so a rule that proposes nonsense for some
profile cannot spoil it, and the loop ends. A fix that leaves less memory, storage, replicas or durability than before,
computed settings included, is a choice and never made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, Path, ProfileRefused, Severity
from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.edit import NotEditable, edited
from redismanifests.judge.review import review_of
from redismanifests.profile.effective import effective
from redismanifests.profile.place import keys_in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path as FilePath

    from redismanifests.core.sources.source import Source
    from redismanifests.judge.selection import Selection
    from redismanifests.profile.model import Profile

_WEIGHT = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.NOTE: 0}


class _Judgement(NamedTuple):
    """A profile, if it is one, and what was found."""

    profile: Profile | None
    findings: tuple[Finding, ...]


class Difference(NamedTuple):
    """A setting that a fix changes, written or computed."""

    path: Path
    before: object
    after: object

    def __str__(self) -> str:
        """``redis.maxmemory 554Mi -> 256Mi``."""
        return f"{'.'.join(map(str, self.path))} {self.before} -> {self.after}"


class Choice(NamedTuple):
    """A fix that was not made, because it costs something that only its owner can give up."""

    finding: Finding
    costs: tuple[Difference, ...]


class Mending(NamedTuple):
    """The fixed profile, its fixes in order, the changed settings, and the findings left to the user."""

    source: Source
    mended: tuple[Finding, ...]
    differences: tuple[Difference, ...] = ()
    choices: tuple[Choice, ...] = ()


def mending(
    source: Source, wanted: Selection, limits: Sequence[FilePath] = (), today: str | None = None
) -> Mending:
    """``source`` with every certain fix of its findings that helps, of those that are ``wanted``."""

    def judged(candidate: Source) -> _Judgement:
        try:
            reviewed = review_of(candidate, limits, today)
        except ProfileRefused as refused:
            return _Judgement(None, refused.findings)
        return _Judgement(reviewed.profile, reviewed.findings)

    mended: list[Finding] = []
    choices: list[Choice] = []
    given_up: set[tuple[str, Path]] = set()
    first, begun = source, (before := judged(source))
    while finding := _next(wanted.of(before.findings), given_up):
        try:
            candidate = source
            for change in finding.changes:
                candidate = edited(candidate, change, keys_in_order)
        except NotEditable:
            given_up.add(_identity(finding))
            continue
        after = judged(candidate)
        costs = lowered(before.profile, after.profile)
        if costs or not _helps(finding, before, after):
            given_up.add(_identity(finding))
            if costs:
                choices.append(Choice(finding, costs))
            continue
        source, before = candidate, after
        mended.append(finding)
    changed = differences(first, begun.profile, source, before.profile)
    return Mending(source, tuple(mended), changed, tuple(choices))


def differences(
    first: Source, before: Profile | None, source: Source, after: Profile | None
) -> tuple[Difference, ...]:
    """Every setting whose value differs between two profiles, computed ones included; none where one is no profile."""
    if before is None or after is None:
        return ()
    was = {setting.path: setting.value for setting in effective(before, first)}
    return tuple(
        Difference(each.path, was.get(each.path), each.value)
        for each in effective(after, source)
        if was.get(each.path) != each.value
    )


_FSYNC = ("no", "everysec", "always")
_PRECIOUS: Mapping[Path, Callable[[Profile], float]] = {
    ("redis", "maxmemory"): lambda p: p.redis.maxmemory.nano,
    ("redis", "resources", "limits", "memory"): lambda p: p.redis.resources.limits.memory.nano,
    ("sentinel", "resources", "limits", "memory"): lambda p: p.sentinel.resources.limits.memory.nano,
    ("redis", "storage", "size"): lambda p: p.redis.storage.size.nano,
    ("redis", "storage", "kind"): lambda p: p.redis.storage.kind == "claim",
    ("redis", "replicas"): lambda p: p.redis.replicas,
    ("sentinel", "replicas"): lambda p: p.sentinel.replicas,
    ("redis", "aof", "enabled"): lambda p: p.redis.aof.enabled,
    ("redis", "aof", "fsync"): lambda p: _FSYNC.index(p.redis.aof.fsync),
    ("redis", "rdb", "save"): lambda p: len(p.redis.rdb.save),
    ("redis", "minReplicasToWrite"): lambda p: p.redis.min_replicas_to_write,
}
"""Settings that a fix never lowers, as figures: a lower one means less space or less safety for data."""


def lowered(before: Profile | None, after: Profile | None) -> tuple[Difference, ...]:
    """What of memory, storage, replicas and durability ``after`` has less of than ``before``."""
    if before is None or after is None:
        return ()
    return tuple(
        Difference(path, _value(before, path), _value(after, path))
        for path, amount in _PRECIOUS.items()
        if amount(after) < amount(before)
    )


def _value(profile: Profile, path: Path) -> object:
    value: object = profile.plain()
    for step in path:
        value = value[str(step)] if isinstance(value, dict) else None
    return value


def _next(found: Sequence[Finding], given_up: set[tuple[str, Path]]) -> Finding | None:
    """The most severe finding that can be fixed; the first of equal ones."""
    mendable = [f for f in found if f.changes and not f.waived and _identity(f) not in given_up]
    return max(mendable, key=lambda finding: _WEIGHT[finding.severity], default=None)


def _helps(finding: Finding, before: _Judgement, after: _Judgement) -> bool:
    was_profile, is_profile = before.profile is not None, after.profile is not None
    old, new = before.findings, after.findings
    if is_profile and not was_profile:
        return True  # only now can be said what else is wrong with it
    known = {_identity(one) for one in old if not one.waived}
    # Settings below a wrong key are judged only under its correct name.
    revealed = [(*c.path[:-1], c.value) for c in finding.changes if c.renames]
    new = tuple(f for f in new if not any(f.path[: len(path)] == path for path in revealed))
    as_bad = (f for f in new if _WEIGHT[f.severity] >= _WEIGHT[finding.severity] and not f.waived)
    return (
        is_profile == was_profile
        and _identity(finding) not in {_identity(one) for one in new}
        and all(_identity(one) in known for one in as_bad)
    )


def _identity(finding: Finding) -> tuple[str, Path]:
    return finding.code, finding.path
