"""Sight: what can be said of a Redis without running it: whose it is, who may be lost, how long an outage lasts.

Computed from the objects alone, so that it is there at once, on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.judge.foreign.origin import Origin, origin_of
from redismanifests.judge.foreign.setting import Watch, directive, watch
from redismanifests.profile.formulas.votes import sentinels_to_lose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.core.object import Object
    from redismanifests.judge.foreign.server import Server


_SWITCHES = ("", "yes", "no", "true", "false", "0", "1")
"""Values of variables that are about a password, and are none: ALLOW_EMPTY_PASSWORD."""


class Sight(NamedTuple):
    """A deployment at a glance."""

    origin: Origin
    redis: int
    """Pods with Redis."""
    sentinels: int
    beside: bool
    """Whether each Sentinel is in a pod of Redis."""
    kinds: tuple[str, ...]
    """Kind and name of each workload."""
    watch: Watch
    password: bool
    """Whether a password is set somewhere."""
    persistence: str
    """What is written to disk, in words."""

    def sentences(self) -> Iterator[str]:
        """What there is to know, the most important first."""
        yield f"{self.origin}: {self._pods()}{self._votes()}"
        yield self._death()
        names = (
            f"master {self.watch.master}" if self.watch.master else "the master's name is set at the start"
        )
        login = "with a password" if self.password else "without a password"
        yield f"{', '.join(self.kinds)}; {names}; {login}; {self.persistence}"

    def _pods(self) -> str:
        if self.beside:
            return f"{_count(self.redis, 'pod')} with Redis and a Sentinel each"
        return f"{_count(self.redis, 'pod')} with Redis, {_count(self.sentinels, 'Sentinel')}"

    def _votes(self) -> str:
        if self.watch.quorum is None:
            return ", the quorum is set at the start"
        lost = max(0, sentinels_to_lose(self.sentinels, self.watch.quorum))
        may = f"{_count(lost, 'Sentinel')} may be lost" if lost else "no Sentinel may be lost"
        return f", quorum {self.watch.quorum} of {self.sentinels}: {may}"

    def _death(self) -> str:
        seconds = self.watch.down_after_ms / 1000
        how = "" if self.watch.down_after_written else " (Sentinel's default)"
        if self.redis < 2:
            return "there is no replica: a dead master is never replaced"
        return (
            f"down-after {seconds:g} s{how}: a dead master is replaced after {seconds:g} s at the earliest; one that "
            f"is back before stays master"
        )


def sight(servers: Iterable[Server], objects: Iterable[Object]) -> Sight:
    """What is seen of the servers of one deployment; ``objects`` are all that were given."""
    chosen = tuple(servers)
    redis = [each for each in chosen if each.redis]
    sentinels = [each for each in chosen if each.sentinel]
    texts = [text for each in chosen for text in each.texts]
    names = {id(each.manifest) for each in chosen}
    own = [item for item in objects if id(item) in names]
    return Sight(
        origin=origin_of(own),
        redis=sum(each.replicas for each in redis),
        sentinels=sum(each.replicas for each in sentinels),
        beside=bool(redis) and all(each.sentinel for each in redis),
        kinds=tuple(f"{each.kind} {each.name}" for each in chosen),
        watch=watch(text for each in sentinels for text in each.texts),
        password=_has_password(chosen, texts),
        persistence=_persistence(redis),
    )


def _has_password(chosen: Iterable[Server], texts: Iterable[str]) -> bool:
    if any("requirepass" in text for text in texts):
        return True
    return any(
        "pass" in str(variable.get("name", "")).lower()
        for each in chosen
        for container in each.pod["containers"]
        for variable in container.get("env") or ()
        if variable.get("valueFrom") or str(variable.get("value") or "").lower() not in _SWITCHES
    )


def _persistence(redis: Iterable[Server]) -> str:
    texts = [text for each in redis for text in each.texts]
    claims = any(each.manifest["spec"].get("volumeClaimTemplates") for each in redis)
    where = "on claims" if claims else "on no claim"
    if directive(texts, "appendonly") == "yes":
        return f"an append-only file {where}"
    save = directive(texts, "save")
    return f"no snapshots and no append-only file, {where}" if save == "" else f"snapshots only, {where}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
