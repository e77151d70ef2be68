"""Transport: a deployment that speaks TLS and did not, or logs in and did not, or the other way round: members would
not meet.

What must not come in: certificates, passwords.
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
    sets = f"statefulset/{profile.name} statefulset/{profile.name}-sentinel"
    stop = f"kubectl -n {profile.namespace} scale {sets} --replicas=0"
    fix = f"stop all of them first ({stop}), and apply when no pod is left"
    before, after = _speaks(old), _speaks(new)
    if before is not None and after is not None and before != after:
        fact = (
            f"pods with TLS do not meet pods without: a rollout {_WHAT[after]} would lose acknowledged writes"
        )
        yield MEMBERS_WOULD_NOT_MEET.at(source, ("tls", "enabled"), fact, fix)
    if before is not None and after is not None and _logs_in(old) != _logs_in(new):
        fact = f"replicas log in as {_logs_in(new)}, and those that run as {_logs_in(old)}: they refuse each other"
        yield MEMBERS_WOULD_NOT_MEET.at(source, ("auth", "mode"), fact, fix)


_WHAT = {True: "that turns it on", False: "that turns it off"}


def _logs_in(config: Manifest) -> str:
    """Who replicas log in as."""
    lines = (line.split() for line in config["data"]["redis.conf"].splitlines())
    return next((words[1] for words in lines if words[:1] == ["masteruser"]), "nobody")


def _speaks(config: Manifest) -> bool | None:
    """Whether the redis.conf in it opens a port with TLS; None where it has none."""
    text = (config.get("data") or {}).get("redis.conf")
    return None if text is None else any(line.startswith(_DIRECTIVE) for line in text.splitlines())
