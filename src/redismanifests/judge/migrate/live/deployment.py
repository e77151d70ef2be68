"""Deployment: which of the objects are one Redis, and in which of its workloads the master is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.foreign.grouping import together
from redismanifests.judge.foreign.origin import is_ours
from redismanifests.judge.foreign.server import addresses, servers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.object import Object
    from redismanifests.judge.foreign.server import Server
    from redismanifests.judge.migrate.live.collector import Item

_MAIN = re.compile(r"master|primary")
_RELEASE = ("app.kubernetes.io/instance", "release")
_HELM = "meta.helm.sh/release-name"


class Deployment(NamedTuple):
    """The workloads of one Redis."""

    main: Server
    """That of the master; of equal ones the first."""
    others: tuple[Server, ...]
    hosts: frozenset[str]
    """Names by which its pods are reached."""

    @property
    def servers(self) -> tuple[Server, ...]:
        """All of them."""
        return (self.main, *self.others)

    @property
    def pods(self) -> int:
        """With data, the master among them."""
        return sum(each.replicas for each in self.servers if each.redis)

    @property
    def sentinels(self) -> int:
        """How many Sentinels watch."""
        return sum(each.replicas for each in self.servers if each.sentinel)

    @property
    def beside(self) -> bool:
        """Whether each Sentinel is in a pod of Redis."""
        return all(each.redis for each in self.servers if each.sentinel)


def release_of(value: Object) -> str:
    """The Helm release that an object is of; empty if it does not say."""
    metadata = value["metadata"]
    labels, notes = metadata.get("labels") or {}, metadata.get("annotations") or {}
    return str(notes.get(_HELM) or next((labels[each] for each in _RELEASE if labels.get(each)), ""))


def deployment(items: Sequence[Item], release: str) -> Deployment | None:
    """The one Redis among ``items``, that of ``release`` or with a workload of that name; None without any.

    Raises RedismanifestsError if there are several.
    """
    objects = [each.value for each in items]
    found = [each for each in servers(objects) if not is_ours(each.manifest)]
    named = next((each for each in found if each.redis and each.name == release), None)
    if release and any(release_of(each.manifest) == release for each in found):
        found = [each for each in found if release_of(each.manifest) in (release, "")]
    redis = [each for each in found if each.redis]
    if not redis:
        return None
    chosen = together(found, objects, named)
    beside = [each for each in redis if each not in chosen and _apart(each, chosen)]
    if beside and not named:
        names = ", ".join(f"{each.kind} {each.name}" for each in (*(c for c in chosen if c.redis), *beside))
        raise RedismanifestsError(
            f"there are several Redis deployments: {names}",
            "name one, or its release, with --release",
        )
    main = next((each for each in chosen if each.redis and _MAIN.search(each.name)), None)
    main = main or next(each for each in chosen if each.redis)
    hosts = {name for each in chosen for name in addresses(each, objects)}
    return Deployment(main, tuple(each for each in chosen if each is not main), frozenset(hosts))


def _apart(server: Server, chosen: Sequence[Server]) -> bool:
    """A Deployment with the name of a StatefulSet is the same Redis, made in two ways."""
    return server.name not in {each.name for each in chosen}
