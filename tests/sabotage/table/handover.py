"""Hand-over: how a master gives its role away before it ends."""

from __future__ import annotations

from sabotage.sabotage import MINIMAL, NotShown, Objects, Rehearsed, in_objects

_REDIS = "redis-config"
_PATIENT = {**MINIMAL, "sentinel": {"downAfter": "10s"}}
"""A hand-over does not wait for Sentinel to notice a death, so it is as fast with a long down-after."""


@in_objects(
    NotShown(
        "the fence makes a former master follow as soon as a majority names another: three tries of `master-deleted` "
        "stayed within its limit; without the fence it was shown",
    ),
    seen="sentinel-design.md 2b.5: 8.6 to 9.3 s, worse than no hook; FW's chart",
)
def naive_prestop(objects: Objects) -> None:
    """The hook asks a Sentinel for a failover and waits until it is a replica itself."""
    objects.named("ConfigMap", _REDIS)["data"]["redis-handover.sh"] = """#!/bin/sh
CONFIG_DIR=${0%/*}
. "$CONFIG_DIR/lib.sh"
find_members
[ "$(call "$LOCAL" "$REDIS_PORT" ROLE | head -n 1)" = master ] || exit 0
call "${SENTINEL_ADDRESSES%% *}" "$SENTINEL_PORT" SENTINEL FAILOVER "$MASTER_NAME"
tries=0
while [ "$tries" -lt 20 ] && [ "$(call "$LOCAL" "$REDIS_PORT" ROLE | head -n 1)" = master ]; do
  sleep 1
  tries=$((tries + 1))
done
"""


@in_objects(
    Rehearsed("master-deleted", "outage"),
    seen="G2K (1e) and VKH: no hook at all",
    guard="hand-over before SIGTERM",
    base=_PATIENT,
)
def no_prestop(objects: Objects) -> None:
    """The master is told to stop without having given its role away."""
    del objects.container("redis")["lifecycle"]


@in_objects(
    Rehearsed("master-deleted", "lost acknowledged writes"),
    seen="bitnami/charts#12598: acknowledged writes lost when a pod is deleted; RHA (2.2)",
    guard="pause of writes",
)
def no_pause_of_writes(objects: Objects) -> None:
    """The hook hands over while applications go on writing to the old master."""
    objects.edit(_REDIS, "redis-handover.sh", "&& pause_writes && ask_for", "&& ask_for")


@in_objects(
    NotShown(
        "a replica has to fall behind in that very second",
        shown_by="tests/startup/test_processes.py -k hands_over_only",
    ),
    seen="Sentinel chooses by offsets that are up to 10 s old (sentinel.c: INFO every 10 s from a master that is up)",
    guard="every attached replica has every write",
)
def no_insisting_on_every_write(objects: Objects) -> None:
    """The hook hands over although an attached replica lacks writes."""
    objects.edit(_REDIS, "redis-handover.sh", '  [ "$(elapsed)" -ge "$SYNC_SECONDS" ]\n}\n', "}\n")


@in_objects(
    NotShown(
        "a replica has to run without attaching for 15 s",
        shown_by="tests/startup/test_processes.py -k not_attached",
    ),
    seen="one rehearsed delete of all pods (Valkey, load 41): 28.8 s and one write lost, cause not recorded",
    guard="no hand-over beside a replica that runs and is not attached",
)
def no_look_at_who_is_not_attached(objects: Objects) -> None:
    """The hook hands over while a replica runs that is not attached, and could be promoted."""
    objects.edit(
        _REDIS, "redis-handover.sh", '  [ "$attached" -lt "$running" ] || return 0\n', "  return 0\n"
    )


@in_objects(
    NotShown(
        "by names three runs of `node-drained` took 4.2 to 4.6 s instead of 2.1 to 2.5, within its limit of 6.9",
        shown_by="tests/startup/test_processes.py -k fell_silent",
    ),
    seen="drained nodes by names: 4.8 and 4.9 s, 2.1 by Services, whose refusals come at once",
    guard="Sentinels that fell silent are not asked while writes are paused",
)
def asking_the_silent_while_writes_are_paused(objects: Objects) -> None:
    """Every look of the hook waits for a Sentinel that is gone."""
    objects.edit(_REDIS, "redis-handover.sh", 'S" ]; do\n  look "$(heard)"\n', 'S" ]; do\n  look ""\n')


@in_objects(
    NotShown(
        "the Sentinel has to go between its answer and the promotion, and with a down-after below the pause the others "
        "begin by themselves",
        shown_by="tests/startup/test_processes.py -k another_sentinel",
    ),
    seen="one drain of fifteen on three nodes took 7.8 s: a pause that ran out, and then a crash",
    guard="the hook asks another Sentinel when no one leads the failover any more",
)
def no_asking_of_another_sentinel(objects: Objects) -> None:
    """The hook waits to its end for a failover that went with the Sentinel that led it."""
    objects.edit(
        _REDIS,
        "redis-handover.sh",
        '  if [ "$electing" = 0 ] && [ "$(elapsed)" -gt "$again"',
        "  if false && [ 1",
    )


@in_objects(
    NotShown(
        "a hand-over has to begin within 30 s of a stall of the Sentinels",
        shown_by="tests/startup/test_processes.py -k tilt",
    ),
    seen="three nodes by names, a master deleted as DNS came back: 6.0 s, the whole pause",
    guard="the hook asks no Sentinel that is in TILT",
)
def asking_sentinels_in_tilt(objects: Objects) -> None:
    """The hook pauses writes for a failover that begins only when TILT is over."""
    objects.edit(_REDIS, "redis-handover.sh", "| grep -q '^sentinel_tilt:0'", "| grep -q '^sentinel_tilt:'")


@in_objects(
    NotShown(
        "`redis-rolled`, three runs: 2.1, 2.6 and 3.6 s, nothing lost; 7.4 s was seen once before it was there"
    ),
    seen="design.md: 7.4 s instead of 2.3 s in a rehearsed rollout",
    guard="linger until the last Sentinel names the new master",
)
def no_linger(objects: Objects) -> None:
    """The old master ends as soon as the first Sentinels name the new one."""
    objects.edit(_REDIS, "redis-handover.sh", "LINGER_SECONDS=4", "LINGER_SECONDS=0")


@in_objects(
    NotShown("`master-deleted`, two runs: 2.9 and 3.4 s, nothing lost; clients are dropped all the same"),
    seen="sentinel-design.md 2b.5",
    guard="the hook makes itself a replica",
)
def no_replicaof_in_the_hook(objects: Objects) -> None:
    """The hook leaves it to Sentinel to make a replica of the old master."""
    objects.edit(
        _REDIS,
        "redis-handover.sh",
        'log "handed over to $1: $(own REPLICAOF "$1" "$REDIS_PORT")"',
        'log "handed over to $1"',
    )


@in_objects(
    NotShown("`master-deleted` and `redis-rolled`, one run each: 1.9 s, nothing lost"),
    seen="RHA (2.2): success is printed whatever happened, and the pod ends",
    guard="wait for the promotion before SIGTERM",
)
def no_wait_for_the_promotion(objects: Objects) -> None:
    """The hook asks for a failover, and lets the master end at once."""
    objects.edit(
        _REDIS,
        "redis-handover.sh",
        "        if find_acting && pause_writes && ask_for_failover; then return; fi\n",
        "        if find_acting && pause_writes && ask_for_failover; then exit 0; fi\n",
    )


@in_objects(
    NotShown(
        "`both-rolled`, 30 runs of the matrix of ways in: within the 8.9 s of a crash, nothing lost; which Sentinel "
        "leads is chance",
        shown_by="tests/startup/test_processes.py -k in_the_middle",
    ),
    seen="drained nodes, 5 rounds of three: 7.2, 6.5 and 4.7 s in three of the rounds, 2.5 and 2.9 s in the others",
    guard="a Sentinel ends its failover before it goes",
)
def no_leave_hook(objects: Objects) -> None:
    """A Sentinel that leads a failover is told to stop in the middle of it."""
    del objects.container("sentinel")["lifecycle"]
