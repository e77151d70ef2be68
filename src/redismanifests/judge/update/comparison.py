"""Comparison: every object that is rendered, against the one of its name; and those that are no longer rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.namespace import crowd
from redismanifests.judge.update import (
    claim,
    engine,
    identity,
    leaving,
    owner,
    persistence,
    restored,
    scaling,
    transport,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.object import Manifest
    from redismanifests.core.sources.source import Source
    from redismanifests.judge.update.deployed import Deployed
    from redismanifests.profile.model import Profile

NOTHING_DEPLOYED = FindingKind(
    "RM159",
    "nothing-to-compare",
    Severity.WARNING,
    """
    What was given to `--against` holds no object of this deployment, so nothing was compared.

    Mostly it comes from another namespace or cluster (kubectl's current context), or this is the first
    installation.

    Source: docs/operations.md.
    """,
    waivable=False,
)


def findings(
    profile: Profile, source: Source, rendered: Sequence[Manifest], deployed: Deployed
) -> tuple[Finding, ...]:
    """What an update from ``deployed`` to ``rendered`` would be refused for, or would leave behind; by place.

    Raises RedismanifestsError where ``deployed`` has not the shape of what an API server stores.
    """
    try:
        return tuple(sorted(set(_found(profile, source, rendered, deployed)), key=Finding.sort_key))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        # Others wrote it, and it may be anything: a template, a half of an object. Ours is held to its schema.
        raise RedismanifestsError(
            f"what is deployed has not the shape of stored objects ({type(error).__name__}: {error})",
            "give what kubectl get -o yaml prints, or a folder of whole manifests",
        ) from error


def _found(
    profile: Profile, source: Source, rendered: Sequence[Manifest], deployed: Deployed
) -> Iterator[Finding]:
    wanted = {(o["kind"], o["metadata"]["name"]): o for o in rendered}
    foreign = list(owner.taken(profile, source, wanted, dict(deployed.by_name(profile.namespace))))
    yield from foreign
    yield from crowd.of_deployed(
        profile, source, rendered, list(deployed.by_name(profile.namespace).values())
    )
    # What is advised for objects of ours would be wrong for theirs.
    given = deployed.by_name(profile.namespace).values()
    deployed = deployed._replace(objects=tuple(o for o in deployed.objects if not owner.owner(o)))
    there = deployed.by_name(profile.namespace)
    if foreign and not there:
        return
    if not any(key in there for key in wanted) and not leaving.elsewhere(wanted, deployed, profile):
        strangers = tuple(owner.others(profile, source, given))
        if strangers:
            yield from strangers
            return
        where = "this folder" if deployed.whole else "what was given"
        fact = f"{where} holds no object of {profile.name} in {profile.namespace}: nothing was compared"
        kinds = "statefulset,service,configmap,pdb,serviceaccount,pvc"
        fix = f"give it: kubectl -n {profile.namespace} get {kinds} -o yaml"
        yield NOTHING_DEPLOYED.at(source, ("namespace",), fact, fix)
        return
    for key, new in wanted.items():
        old = there.get(key)
        if old is None:
            continue
        yield from identity.changes(source, old, new)
        if key[0] == "ConfigMap":
            yield from transport.changes(profile, source, old, new)
            yield from persistence.changes(source, old, new)
        if key[0] == "StatefulSet":
            claims = {name: o for (kind, name), o in there.items() if kind == "PersistentVolumeClaim"}
            yield from claim.changes(source, old, new, claims)
            yield from scaling.changes(profile, source, old, new)
            yield from engine.changes(profile, source, old, new)
            yield from restored.changes(profile, source, old)
    yield from leaving.left(profile, source, wanted, deployed)
