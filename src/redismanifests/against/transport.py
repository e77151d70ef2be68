"""Transport: a deployment that speaks TLS and did not, or the other way round: its members would not meet.

What must not come in: certificates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.findings import MEMBERS_WOULD_NOT_MEET, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.source import Source
    from redismanifests.profile import Profile

Manifest = dict[str, Any]

_DIRECTIVE = "tls-port "


def changes(profile: Profile, source: Source, old: Manifest, new: Manifest) -> Iterator[Finding]:
    """A ConfigMap of Redis, as deployed and as rendered."""
    before, after = _speaks(old), _speaks(new)
    if before is None or after is None or before == after:
        return
    sets = f"statefulset/{profile.name} statefulset/{profile.name}-sentinel"
    fact = f"pods with TLS do not meet pods without: a rollout {_WHAT[after]} would lose acknowledged writes"
    stop = f"kubectl -n {profile.namespace} scale {sets} --replicas=0"
    fix = f"stop all of them first ({stop}), and apply when no pod is left"
    yield MEMBERS_WOULD_NOT_MEET.at(source, ("tls", "enabled"), fact, fix)


_WHAT = {True: "that turns it on", False: "that turns it off"}


def _speaks(config: Manifest) -> bool | None:
    """Whether the redis.conf in it opens a port with TLS; None where it has none."""
    text = (config.get("data") or {}).get("redis.conf")
    return None if text is None else any(line.startswith(_DIRECTIVE) for line in text.splitlines())
