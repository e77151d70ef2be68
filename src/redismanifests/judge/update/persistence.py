"""Persistence: another form of files, or other names, than the volumes hold.

A start turns the one form into the other (templates/startup/redis-volume.sh). What that takes, and what is promised
from then on, is reported before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.core.quoting.conftext import arguments
from redismanifests.profile.derived import persistence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Manifest
    from redismanifests.core.sources.source import Source

DATA_FILE_RENAMED = FindingKind(
    "RM191",
    "data-file-renamed",
    Severity.WARNING,
    """
    The server is configured to read its files under another name than they have on the volumes.

    A start that finds data under another name does not begin empty beside it: it waits and asks a person, unless a
    majority of the Sentinels names another master that runs. So one pod at a time gets its copy from the master and
    nothing is lost, and where all pods are away every one of them waits. The old files stay and use space.

    Source: tests/startup/test_volume.py.
    """,
    waivable=False,
)

PERSISTENCE_SWITCHED = FindingKind(
    "RM190",
    "persistence-switched",
    Severity.NOTE,
    """
    The append-only file is turned on or off, and the volumes hold the other form. A server with an append-only file
    never reads a dump, and one without never reads an append-only file.

    So each start turns the one into the other, whether pods are replaced one at a time or all were away. On: the
    dump becomes the base of an append-only file, as it is, at once, by a second name for the same file. Off: a
    server without network loads the append-only file and writes a dump, which the real one then loads: twice the
    time, and space for one more copy of the data. Replaced files are in `aside/replaced` on the volume. A start
    that is interrupted anywhere begins again.

    Without an append-only file a power loss takes all pods back to their last snapshots.

    Source: tests/startup/test_volume.py; rehearsal persistence-switched; redis/redis#12762.
    """,
    waivable=False,
)


def changes(source: Source, old: Manifest, new: Manifest) -> Iterator[Finding]:
    """A ConfigMap of Redis, as deployed and as rendered."""
    before, after = _directives(old), _directives(new)
    if before is None or after is None:
        return
    was, is_ = (each.get("appendonly", ("no",)) == ("yes",) for each in (before, after))
    if was != is_:
        yield PERSISTENCE_SWITCHED.at(source, ("redis", "aof", "enabled"), *_switched(after, now=is_))
    for directive, default in persistence.NAMES.items():
        then, now = (each.get(directive, (default,)) for each in (before, after))
        if then != now:
            fact = f"the server reads {' '.join(now)}, and the volumes hold {' '.join(then)}"
            fix = f"set {directive} to {' '.join(then)} again, or roll it out with every pod running"
            yield DATA_FILE_RENAMED.at(source, ("redis", "extraConfig"), fact, fix)


def _switched(after: dict[str, tuple[str, ...]], *, now: bool) -> tuple[str, str]:
    if now:
        fact = "the append-only file is turned on: each start makes the dump on its volume the base of one"
        return fact, "nothing needs to be done; the dumps stay where they are (explain RM190)"
    kept = (
        "from then on a killed pod has its last snapshot, and all pods killed at once lose what came after it"
    )
    if after.get("save", ()) in ((), ("",)):
        kept = "no save point is set: from then on all pods stopped at once lose everything"
    fact = f"the append-only file is turned off: each start loads it, writes a dump and loads that; {kept}"
    return fact, "have space for another copy of the data on each volume, or turn it on again (explain RM190)"


def _directives(config: Manifest) -> dict[str, tuple[str, ...]] | None:
    """Directives of the redis.conf in it, the last of each; None where it has none."""
    text = (config.get("data") or {}).get("redis.conf")
    if text is None:
        return None
    lines = (line.strip() for line in text.splitlines())
    words = (arguments(line) for line in lines if line and not line.startswith("#"))
    return {name.lower(): tuple(rest) for name, *rest in words}
