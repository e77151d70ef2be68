"""Plays: for each alert worlds in which it must fire, and near ones in which it must not.

A play is called before each sample; what it does at ``FAULT_S`` stays so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitoring.world import STEP_S, World

if TYPE_CHECKING:
    from collections.abc import Callable

FAULT_S = 600
"""Ten minutes of health come before the fault."""


@dataclass(frozen=True)
class Play:
    """``lasts_s``: from the fault on, where more than the alert's own wait is needed."""

    alert: str
    about: str
    play: Callable[[World], None]
    fires: bool = True
    lasts_s: int = 0
    also: tuple[str, ...] = ()
    """Alerts of severity page that this fault may fire as well."""
    alone: bool = False
    """Only this alert is evaluated: hours of all of them take minutes."""


PLAYS: list[Play] = []


def _added(
    about: str, also: tuple[str, ...], alert: str, lasts_s: int, *, fires: bool, alone: bool
) -> Callable[[Callable[[World], None]], None]:
    def added(play: Callable[[World], None]) -> None:
        def at_the_fault(world: World) -> None:
            if world.now >= FAULT_S:
                play(world)

        PLAYS.append(Play(alert, about, at_the_fault, fires, lasts_s, also, alone))

    return added


def fires(
    about: str, *also: str, alert: str, lasts_s: int = 0, alone: bool = False
) -> Callable[[Callable[[World], None]], None]:
    """The alert must fire in this world."""
    return _added(about, also, alert, lasts_s, fires=True, alone=alone)


def silent(
    about: str, *also: str, alert: str, lasts_s: int = 0, alone: bool = False
) -> Callable[[Callable[[World], None]], None]:
    """The alert must not fire in this world."""
    return _added(about, also, alert, lasts_s, fires=False, alone=alone)


def _set(**values: object) -> Callable[[World], None]:
    def play(world: World) -> None:
        for name, value in values.items():
            setattr(world, name, value)

    return play


def _for(seconds: int, **values: object) -> Callable[[World], None]:
    """The same, and healthy again after this time."""

    def play(world: World) -> None:
        healthy = World(world.facts)
        over = world.now >= FAULT_S + seconds
        for name, value in values.items():
            setattr(world, name, getattr(healthy, name) if over else value)

    return play


BUDGET = ("RedisBudgetBurnsFast",)

fires("the master is dead, and no one is elected", "RedisSentinelNoQuorum", *BUDGET, alert="RedisNoMaster")(
    _set(down={"redis-0", "redis-sentinel-0", "redis-sentinel-1"})
)
silent("the exporter of the master is refused, and Sentinels see it", *BUDGET, alert="RedisNoMaster")(
    _set(refused_login={"redis-0"})
)
silent("no Sentinel answers, and there is a master", "RedisSentinelNoQuorum", alert="RedisNoMaster")(
    _set(down={"redis-sentinel-0", "redis-sentinel-1", "redis-sentinel-2"})
)


@silent("a failover of ten seconds", alert="RedisNoMaster")
def _(world: World) -> None:
    over = world.now >= FAULT_S + STEP_S
    world.down = {"redis-0"}
    world.masters = [1] if over else [0]


fires("two say that they are", *BUDGET, "RedisTooFewGoodReplicas", alert="RedisTwoMasters")(
    _set(masters=[0, 1])
)


@fires("every write is refused", alert="RedisWritesRefused")
def _(world: World) -> None:
    world.errors = {"NOREPLICAS": (world.now - FAULT_S) // 3 + 1}


@silent("wrong commands, which are no refusal", alert="RedisWritesRefused", lasts_s=900)
def _(world: World) -> None:
    world.errors = {"ERR": (world.now - FAULT_S) // 3 + 1}


@silent("refused for as long as a failover takes", alert="RedisWritesRefused", lasts_s=900)
def _(world: World) -> None:
    world.errors = {"NOREPLICAS": min(world.now - FAULT_S, 10) + 1}


fires("replicas are far behind", *BUDGET, alert="RedisTooFewGoodReplicas")(_set(lag_s=30))
fires(
    "no replica is there",
    *BUDGET,
    "RedisNoFailoverPossible",
    alert="RedisTooFewGoodReplicas",
)(_set(down={"redis-1", "redis-2"}))
silent("one replica of two is there", alert="RedisTooFewGoodReplicas", lasts_s=900)(_set(down={"redis-2"}))
fires("a write failed", *BUDGET, alert="RedisAppendFileFails")(_set(aof_write=0))
fires("a rewrite failed", alert="RedisAppendFileFails")(_set(aof_rewrite=0))
fires("a save failed", *BUDGET, alert="RedisSnapshotFails")(_set(save=0))


@fires("a minute of an hour", "RedisTwoMasters", alert="RedisBudgetBurnsFast", lasts_s=60)
def _(world: World) -> None:
    world.masters = [0, 1]


@silent("half a minute of an hour", alert="RedisBudgetBurnsFast", lasts_s=900)
def _(world: World) -> None:
    world.masters = [0, 1] if world.now < FAULT_S + 30 else [0]


@fires("45 s in each of three hours", alert="RedisBudgetBurnsFast", lasts_s=7260, alone=True)
def _(world: World) -> None:
    world.masters = [0, 1] if (world.now - FAULT_S) % 3600 < 45 else [0]


@silent("45 s in each of two hours", alert="RedisBudgetBurnsFast", lasts_s=7140, alone=True)
def _(world: World) -> None:
    world.masters = [0, 1] if (world.now - FAULT_S) % 3600 < 45 else [0]


@fires(
    "45 s in each six hours of a day and a half", alert="RedisBudgetBurnsSlowly", lasts_s=108060, alone=True
)
def _(world: World) -> None:
    world.masters = [0, 1] if (world.now - FAULT_S) % 21600 < 45 else [0]


fires("no Sentinel knows a replica", alert="RedisNoFailoverPossible")(_set(known=0, healthy=0))
fires("two Sentinels are dead", alert="RedisSentinelNoQuorum")(
    _set(down={"redis-sentinel-0", "redis-sentinel-1"}, quorum=1)
)
fires("none is scraped", alert="RedisSentinelNoQuorum")(
    _set(gone={"redis-sentinel-0", "redis-sentinel-1", "redis-sentinel-2"})
)
fires("they run, and two cannot reach the others", alert="RedisSentinelNoQuorum")(_set(quorum=0))
silent("one of three is dead", alert="RedisSentinelNoQuorum", lasts_s=900)(_set(down={"redis-sentinel-0"}))
fires("one knows one replica of two", alert="RedisSentinelKnowsTooFewReplicas")(_set(healthy=1))
fires("a stranger is listed", alert="RedisSentinelPhantom")(_set(known=3))
fires("one names another", alert="RedisSentinelsDisagree")(_set(agreed=False))
fires("it acts on nothing", alert="RedisSentinelTilt")(_set(tilt=1))
fires("another leads", alert="RedisFailedOver")(_set(masters=[1]))


@fires("twelve in twenty minutes", alert="RedisFlapping", lasts_s=1200)
def _(world: World) -> None:
    world.epoch = 3 + (world.now - FAULT_S) // 100


@silent("three rollouts of three pods, for other passwords", alert="RedisFlapping", lasts_s=1800)
def _(world: World) -> None:
    world.epoch = 3 + min((world.now - FAULT_S) // 60, 9)


fires("one is down", alert="RedisReplicaMissing")(_set(down={"redis-2"}))
fires("one has lost its master", alert="RedisReplicaLinkDown")(_set(unlinked={2}))


@fires("ten copies in a quarter of an hour", alert="RedisFullResyncs", lasts_s=900)
def _(world: World) -> None:
    world.resyncs = 2 + (world.now - FAULT_S) // 60


@silent("two copies", alert="RedisFullResyncs", lasts_s=900)
def _(world: World) -> None:
    world.resyncs = 3


fires("it reads on", alert="RedisLoading")(_set(loading=1))
fires("a Redis is dead", alert="RedisServerDown")(_set(down={"redis-2"}))
fires("a Sentinel is dead", alert="RedisServerDown")(_set(down={"redis-sentinel-2"}))
fires("a Redis is not scraped", alert="RedisPodMissing")(_set(gone={"redis-2"}))
fires("a Sentinel is not scraped", alert="RedisPodMissing")(_set(gone={"redis-sentinel-2"}))
fires("950 of 1024 MiB", alert="RedisMemoryNearMax")(_set(used=950 << 20))
fires("900 of 1000", alert="RedisConnectionsNearMax")(_set(clients=900))


@fires("2 GiB are left, and 1 GiB goes in an hour", alert="RedisVolumeFilling", lasts_s=3600)
def _(world: World) -> None:
    world.free = (2 - (world.now - FAULT_S) / 3600) * (1 << 30)


@silent("much is left", alert="RedisVolumeFilling", lasts_s=3600)
def _(world: World) -> None:
    world.free = (9 - 3 * (world.now - FAULT_S) / 3600) * (1 << 30)


fires("it ends in five days", alert="RedisCertificateExpires")(_set(expires=5 * 86400))
fires("the last backup is three hours old", alert="RedisBackupTooOld")(
    _set(backup_age_s=3 * 3600, cronjob_age_s=30 * 86400)
)
fires("there was never a backup", alert="RedisBackupTooOld")(_set(backup_age_s=None, cronjob_age_s=3 * 3600))
silent("the CronJob is new", alert="RedisBackupTooOld")(_set(backup_age_s=None, cronjob_age_s=3600))
silent("one run failed, and the next one did not", alert="RedisBackupTooOld")(
    _set(backup_age_s=2 * 3600, cronjob_age_s=30 * 86400)
)
DAY_S = 86400
fires("a drill failed", alert="RedisRestoreDrillFails")(
    _set(drill_age_s=7 * DAY_S, cronjob_age_s=30 * DAY_S, drill_failed_ago_s=600)
)
fires("the first drill of all failed", alert="RedisRestoreDrillFails")(
    _set(drill_age_s=None, cronjob_age_s=DAY_S, drill_failed_ago_s=600)
)
silent("a drill failed, and a later one did not", alert="RedisRestoreDrillFails")(
    _set(drill_age_s=600, cronjob_age_s=30 * DAY_S, drill_failed_ago_s=7200)
)
silent("the first drill is still to come", alert="RedisRestoreDrillFails")(
    _set(drill_age_s=None, cronjob_age_s=DAY_S)
)
fires("the last drill is three weeks old", alert="RedisRestoreDrillTooOld")(
    _set(drill_age_s=21 * DAY_S, cronjob_age_s=60 * DAY_S)
)
fires("no drill ever ran", alert="RedisRestoreDrillTooOld")(_set(drill_age_s=None, cronjob_age_s=21 * DAY_S))
silent("one drill was missed", alert="RedisRestoreDrillTooOld")(
    _set(drill_age_s=14 * DAY_S, cronjob_age_s=60 * DAY_S)
)
silent("the CronJob is a week old", alert="RedisRestoreDrillTooOld")(
    _set(drill_age_s=None, cronjob_age_s=7 * DAY_S)
)
fires("the store refuses segments since an hour", alert="RedisSegmentsLate")(
    _set(segments_age_s=3600, cronjob_age_s=30 * DAY_S, segments_failed_ago_s=600)
)
fires("the CronJob that looks at segments is suspended", alert="RedisSegmentsLate")(
    _set(segments_age_s=3 * 3600, cronjob_age_s=30 * DAY_S)
)
fires("the first look of all at the segments failed", alert="RedisSegmentsLate")(
    _set(segments_age_s=None, cronjob_age_s=1200, segments_failed_ago_s=600)
)
fires("no one ever looked at the segments", alert="RedisSegmentsLate")(
    _set(segments_age_s=None, cronjob_age_s=3 * 3600)
)
silent("one look at the segments failed, and a later one did not", alert="RedisSegmentsLate")(
    _set(segments_age_s=600, cronjob_age_s=30 * DAY_S, segments_failed_ago_s=7200)
)
silent("the first look at the segments is still to come", alert="RedisSegmentsLate")(
    _set(segments_age_s=None, cronjob_age_s=600)
)
fires("a login is refused", alert="RedisExporterLoginFails")(_set(refused_login={"redis-2"}))
fires("no data pod is scraped", *BUDGET, alert="RedisMetricsMissing")(
    _set(gone={"redis-0", "redis-1", "redis-2"}, healthy=2)
)
fires("no Sentinel is scraped", "RedisSentinelNoQuorum", alert="RedisMetricsMissing")(
    _set(gone={"redis-sentinel-0", "redis-sentinel-1", "redis-sentinel-2"})
)


# Near ones of those that have none above: the same for a moment, less of it, or what looks like it.
silent("two say so in one scrape", alert="RedisTwoMasters", lasts_s=900)(_for(STEP_S, masters=[0, 1]))
silent("only a save failed", *BUDGET, "RedisSnapshotFails", alert="RedisAppendFileFails")(_set(save=0))
silent("only a rewrite failed", "RedisAppendFileFails", alert="RedisSnapshotFails")(_set(aof_rewrite=0))
silent("half a minute of six hours", alert="RedisBudgetBurnsSlowly", lasts_s=900)(_for(30, masters=[0, 1]))
silent("one replica of two can be promoted", alert="RedisNoFailoverPossible", lasts_s=900)(_set(healthy=1))
silent("one is away for a minute", alert="RedisSentinelKnowsTooFewReplicas", lasts_s=900)(_for(60, healthy=1))
silent("one less is listed", alert="RedisSentinelPhantom", lasts_s=900)(_set(known=1))
silent("one names another for a moment", alert="RedisSentinelsDisagree", lasts_s=900)(
    _for(STEP_S, agreed=False)
)
silent("it is dead", alert="RedisSentinelTilt")(_set(down={"redis-sentinel-2"}))
silent("a replica is dead", alert="RedisFailedOver")(_set(down={"redis-2"}))
silent("one is down for a minute", alert="RedisReplicaMissing", lasts_s=900)(_for(60, down={"redis-2"}))
silent("it is lost for a minute", alert="RedisReplicaLinkDown", lasts_s=900)(_for(60, unlinked={2}))
silent("it reads for a minute", alert="RedisLoading", lasts_s=900)(_for(60, loading=1))
silent("a Redis is down for a minute", alert="RedisServerDown", lasts_s=900)(_for(60, down={"redis-2"}))
silent("one is not scraped for a minute", alert="RedisPodMissing", lasts_s=900)(_for(60, gone={"redis-2"}))
silent("900 of 1024 MiB", alert="RedisMemoryNearMax", lasts_s=900)(_set(used=900 << 20))
silent("750 of 1000", alert="RedisConnectionsNearMax", lasts_s=900)(_set(clients=750))
silent("it should have been renewed ten days ago", alert="RedisCertificateExpires", lasts_s=900)(
    _set(expires=20 * 86400)
)
silent("one is refused for a minute", alert="RedisExporterLoginFails", lasts_s=900)(
    _for(60, refused_login={"redis-2"})
)
silent("one of three Sentinels is not scraped", alert="RedisMetricsMissing", lasts_s=900)(
    _set(gone={"redis-sentinel-0"})
)


def _honoured(play: Callable[[World], None]) -> Callable[[World], None]:
    def twin(world: World) -> None:
        play(world)
        world.exported_namespace = world.now < FAULT_S

    return twin


# Again each world of what others export of ours: a Prometheus that honours their labels keeps `namespace`.
PLAYS += [
    replace(each, about=f"{each.about}, and Prometheus honours labels", play=_honoured(each.play))
    for each in PLAYS
    if each.alert
    in {
        "RedisBackupTooOld",
        "RedisRestoreDrillFails",
        "RedisRestoreDrillTooOld",
        "RedisSegmentsLate",
        "RedisCertificateExpires",
    }
]
