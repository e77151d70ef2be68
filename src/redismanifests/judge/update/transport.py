"""Transport: TLS or passwords are switched on or off: old and new members could not connect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Manifest
    from redismanifests.core.sources.source import Source
    from redismanifests.profile.model import Profile

MEMBERS_WOULD_NOT_MEET = FindingKind(
    "RM181",
    "members-would-not-meet",
    Severity.ERROR,
    """
    TLS or passwords are turned on, or off, in a deployment that runs. Pods of the new kind cannot connect to those
    of the old.

    As soon as a majority of the Sentinels is new, they regard the old master as dead and promote the first new
    Redis, while the old one goes on to acknowledge writes: rehearsed so, these were lost. A pod that starts with
    TLS waits while it hears a member without it, which stops such a rollout at its first pods; one without TLS
    cannot detect this.

    So all pods are stopped before the first new one starts: both StatefulSets are scaled to nothing, and when no
    pod is left, the new manifests are applied, which say again how many there are. Nothing is lost: it is a cold
    start.

    Source: measured (docs/tls.md, Turning it on); docs/auth.md, Turning it on.
    """,
    waivable=False,
)


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
    return next((words[1] for words in lines if words[:1] == ["masteruser"]), "no one")


def _speaks(config: Manifest) -> bool | None:
    """Whether the redis.conf in it opens a port with TLS; None where it has none."""
    text = (config.get("data") or {}).get("redis.conf")
    return None if text is None else any(line.startswith(_DIRECTIVE) for line in text.splitlines())
