"""Shape: name, number of pods, votes and times."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from redismanifests.core.values.duration import Duration
from redismanifests.features.redis.settings import Redis
from redismanifests.features.sentinel.settings import Sentinel
from redismanifests.judge.migrate.kinds import (
    DIFFERS,
    MASTER_ADDRESS,
    NO_SENTINEL_TODAY,
    NOT_KEPT,
    REPLICAS_OPEN,
)
from redismanifests.judge.migrate.row import Fate, Shape
from redismanifests.profile.formulas.votes import majority

if TYPE_CHECKING:
    from redismanifests.judge.migrate.facts import Draft, Facts, Said

_REDIS = Redis.settings["replicas"]
_LEAST, _MOST = cast("int", _REDIS.default), cast("int", _REDIS.bounds["le"])
_OURS = Sentinel.model_construct()
"""What a profile has that says nothing of Sentinel."""


def convert(facts: Facts, shape: Shape, pods: int | None, draft: Draft) -> None:
    """Lines of `redis.replicas` and `sentinel`, and the decisions about them."""
    draft.end("shape.architecture", Fate.KEPT, "the shape, above")
    draft.end("shape.sentinel", Fate.KEPT, "the shape, above")
    _count(facts, shape, pods, draft)
    _times(facts, shape, pods, draft)
    if facts.on("masterAddress"):
        draft.find(
            MASTER_ADDRESS,
            facts.get("masterAddress"),
            f"{facts.get('masterAddress').key} makes an address that leads to the master",  # type: ignore[union-attr]
            "let its clients ask Sentinel for the master: redismanifests client PROFILE",
        )
        draft.end("masterAddress", Fate.NOT_KEPT, "no Service of the profile leads to the master")
    else:
        draft.end("masterAddress", Fate.UNNEEDED, "it is off")


def _count(facts: Facts, shape: Shape, pods: int | None, draft: Draft) -> None:
    said = facts.get("count")
    if shape is not Shape.SENTINEL:
        what = "one pod" if pods == 1 else f"{pods or 'some'} pods, one of them the master,"
        draft.find(
            NO_SENTINEL_TODAY,
            facts.get("shape.architecture") or said,
            f"today {what} and no Sentinel: a master that dies stays dead until its pod is back",
            "let the clients ask Sentinel (redismanifests client PROFILE)",
        )
    if pods is None:
        draft.end("count", Fate.NOT_KEPT, f"it is no number: the profile has {_LEAST} pods")
        draft.find(NOT_KEPT, said, "the number of pods is no whole number", "write redis.replicas")
        return
    key = said.key if said else "the chart's default"
    if _LEAST <= pods <= _MOST:
        draft.write("redis.replicas", pods, f"{key}: {pods} pods in all, the master among them")
        draft.end("count", Fate.KEPT, "redis.replicas")
        return
    if pods > _MOST:
        draft.find(
            NOT_KEPT, said, f"today {pods} pods, and a profile has at most {_MOST}", "decide on the number"
        )
        draft.end("count", Fate.NOT_KEPT, f"a profile has at most {_MOST} pods")
        return
    draft.end("count", Fate.NOT_KEPT, f"with {pods} no pod may be lost: the profile has {_LEAST}")
    draft.write("redis.replicas", _LEAST, f"today {pods} ({key}): with fewer than {_LEAST} none may be lost")
    if shape is Shape.SENTINEL and facts.get("sentinel.count"):
        fix = f"nothing: {_LEAST} pods, of which one may be lost and another is left to copy from"
        draft.find(NOT_KEPT, said, f"today {pods} pods of Redis, the profile has {_LEAST}", fix)
    elif shape is Shape.SENTINEL:
        draft.find(
            REPLICAS_OPEN,
            said,
            f"today {pods} pod{'s' if pods > 1 else ''} with a Sentinel each: the loss of one ends elections",
            f"run {_LEAST} pods and {_OURS.replicas} Sentinels, as the profile says",
        )


def _times(facts: Facts, shape: Shape, pods: int | None, draft: Draft) -> None:
    if shape is Shape.SENTINEL:
        if said := facts.get("sentinel.masterName"):
            draft.write(
                "sentinel.masterName", str(said.value), f"{said.key}: clients ask for it by this name"
            )
            draft.end("sentinel.masterName", Fate.KEPT, "sentinel.masterName")
        _quorum(facts, pods, _sentinels(facts, draft), draft)
        silence = "silence after which a master counts as down"
        _milliseconds(facts, draft, "sentinel.downAfter", _OURS.down_after, silence)
        price = "twice this is the price of a failed election"
        _milliseconds(facts, draft, "sentinel.failoverTimeout", _OURS.failover_timeout, price)
        _whole(facts, draft, "sentinel.parallelSyncs", _OURS.parallel_syncs)
    for name in ("sentinel.masterName", "sentinel.count", "sentinel.quorum", "sentinel.parallelSyncs"):
        if name not in draft.endings:
            draft.end(name, Fate.UNNEEDED, "it is what the profile has")
    if said := facts.chosen("clusterDomain"):
        draft.write("addressing.clusterDomain", str(said.value), said.key)
        draft.end("clusterDomain", Fate.KEPT, "addressing.clusterDomain")
    else:
        draft.end("clusterDomain", Fate.UNNEEDED, "it is what the profile has")


def _sentinels(facts: Facts, draft: Draft) -> int:
    """How many Sentinels the profile has: today's number where they have pods of their own and one may be lost."""
    said = facts.get("sentinel.count")
    count = said.value if said else _OURS.replicas
    if said is None or count == _OURS.replicas:
        return _OURS.replicas
    most = cast("int", Sentinel.settings["replicas"].bounds["le"])
    if _OURS.replicas < count <= most:
        draft.write("sentinel.replicas", count, f"{said.key}: {count} Sentinels in pods of their own")
        draft.end("sentinel.count", Fate.KEPT, "sentinel.replicas")
        return int(count)
    fix = f"nothing: with {_OURS.replicas} Sentinels one may be lost"
    draft.find(NOT_KEPT, said, f"today {count} Sentinels; the profile has {_OURS.replicas}", fix)
    draft.end("sentinel.count", Fate.NOT_KEPT, f"the profile has {_OURS.replicas} Sentinels")
    return _OURS.replicas


def _quorum(facts: Facts, pods: int | None, sentinels: int, draft: Draft) -> None:
    """A quorum is one of so many Sentinels: where the profile has another number, it has the majority of that."""
    said = facts.chosen("sentinel.quorum")
    if said is None or said.value == majority(sentinels):
        return
    own = facts.get("sentinel.count")
    today = own.value if own else pods
    if today != sentinels:
        draft.find(
            NOT_KEPT,
            said,
            f"today a quorum of {said.value} of {today or 'some'} Sentinels",
            f"nothing: the profile has {majority(sentinels)} of {sentinels}, the majority",
        )
        draft.end("sentinel.quorum", Fate.NOT_KEPT, "the profile has the majority of its Sentinels")
        return
    if isinstance(said.value, int) and 0 < said.value <= sentinels:
        draft.write("sentinel.quorum", said.value, said.key)
        draft.end("sentinel.quorum", Fate.KEPT, "sentinel.quorum")
        return
    draft.find(
        NOT_KEPT,
        said,
        f"a quorum of {said.value} does not fit {sentinels} Sentinels",
        f"the profile has {majority(sentinels)}, the majority",
    )
    draft.end("sentinel.quorum", Fate.NOT_KEPT, "the profile has the majority of its Sentinels")


def _milliseconds(facts: Facts, draft: Draft, name: str, ours: Duration, what: str) -> None:
    said = facts.get(name)
    if said is None:
        return
    if not isinstance(said.value, int) or isinstance(said.value, bool) or not 0 < said.value < 2**31:
        draft.find(NOT_KEPT, said, f"{said.key} is no number of milliseconds", f"the profile has {ours}")
        draft.end(name, Fate.NOT_KEPT, "it is no number")
        return
    today = Duration(said.value)
    if today == ours:
        draft.end(name, Fate.UNNEEDED, "it is what the profile has")
    elif said.usual:
        draft.find(
            DIFFERS, said, f"{said.key} is {today} by default, {ours} in the profile: {what}", "nothing"
        )
        draft.end(name, Fate.NOT_KEPT, f"the chart's default; the profile has {ours}")
    else:
        draft.write(name, str(today), said.key)
        draft.end(name, Fate.KEPT, name)


def _whole(facts: Facts, draft: Draft, name: str, ours: int) -> None:
    said = facts.chosen(name)
    if said is not None and isinstance(said.value, int) and said.value != ours:
        draft.write(name, said.value, said.key)
        draft.end(name, Fate.KEPT, name)


def votes_of(said: Said | None) -> int:
    """The quorum of today; 2 where it is no number."""
    return said.value if said and isinstance(said.value, int) and not isinstance(said.value, bool) else 2
