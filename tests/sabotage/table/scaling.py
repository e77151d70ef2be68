"""Scaling: lists of members of different age, and members of the past."""

from __future__ import annotations

from sabotage.sabotage import NotShown, Objects, Rehearsed, in_objects

_REDIS, _SENTINEL = "redis-config", "redis-sentinel-config"
_SLOW = "tests/startup/test_scaling.py"


@in_objects(
    NotShown(
        "`redis-scaled-up`: which replica the Sentinels choose, and when the kubelet renews the list, is chance",
        shown_by=f"{_SLOW} -k that_is_new",
    ),
    seen="faults.md 1.4: two of two runs of 3 to 5 replicas in which a new one was chosen lost acknowledged writes",
    guard="the hook follows a replica of its own that its list does not name",
)
def a_replica_newer_than_the_list_is_a_stranger(objects: Objects) -> None:
    """The hook refuses to follow a promoted replica that came after its list, and lets writes go on."""
    objects.edit(_REDIS, "redis-handover.sh", '"$1" "$REDIS_ADDRESSES $replicas"', '"$1" "$REDIS_ADDRESSES"')


@in_objects(
    NotShown(
        "`redis-scaled-down`, one run without it: 14.0 s of 8.9, because a Sentinel moved a replica that was gone "
        "first; with it one run of nine took 11.4 s, and eight 1.3 to 2.4 s, so it is not shown to be the cure"
    ),
    seen="rehearsed: +slave-reconf-sent to a replica that was removed, and the next one 10 s later",
    guard="the hook leads its replicas to the new master",
)
def sentinel_moves_the_replicas_alone(objects: Objects) -> None:
    """Only Sentinel moves the other replicas to the new master, one at a time."""
    objects.edit(_REDIS, "redis-handover.sh", '  ask_all lead_on "$replicas" >/dev/null\n', "")


@in_objects(
    NotShown(
        "the last master has to die between two members of a rollout, with a list that the kubelet has not renewed",
        shown_by="tests/startup/test_redis_decide.py -k whose_list_is_old",
    ),
    seen="the laws of redis-decide.sh, with a Sentinel that names an address of no list",
    guard="no master by its own judgement while a Sentinel names someone unknown",
)
def a_list_that_is_old_is_believed(objects: Objects) -> None:
    """A last master starts as one although the Sentinels name a member that its list does not have."""
    objects.edit(_REDIS, "redis-decide.sh", "if (strangers) return stay(", "if (0) return stay(")


@in_objects(
    Rehearsed("redis-scaled-down", "members of the past known for"),
    seen="sentinel-design.md 7: a Sentinel forgets no replica, and counts every Sentinel that it ever knew",
    guard="Sentinels forget members of the past",
)
def the_past_is_remembered(objects: Objects) -> None:
    """A Sentinel that started before a removed pod was gone knows it for ever."""
    objects.edit(_SENTINEL, "sentinel-ready.sh", 'forget_the_past "$4" "$7" "$8"\n', "")


@in_objects(
    NotShown(
        "`redis-scaled-down` takes it through a Sentinel that waits; another one has to die meanwhile",
        shown_by=f"{_SLOW} -k helps_to_move",
    ),
    seen="5 to 3 of both with the master on a pod that goes: no majority was left to move it (thought out)",
    guard="a Sentinel monitors a master of the past that another one names",
)
def a_master_of_the_past_is_a_stranger(objects: Objects) -> None:
    """A Sentinel that starts while the deployment is scaled down waits for a master of its new list."""
    objects.edit(
        _SENTINEL,
        "sentinel-decide.sh",
        "in is_member) && !(field[4] in is_past)) { strangers++",
        "in is_member)) { strangers++",
    )


@in_objects(
    NotShown(
        "a Sentinel has to start within the two seconds in which the only one that answers leads a failover",
        shown_by=f"{_SLOW} -k helps_to_move",
    ),
    seen="a test with real processes: the old master with the new epoch, which no hello corrects",
    guard="a Sentinel takes no epoch from the leader of a failover",
)
def the_leader_of_a_failover_is_believed(objects: Objects) -> None:
    """A Sentinel starts with the old address and the new epoch that the leader of a failover tells."""
    objects.edit(
        _SENTINEL, "sentinel-decide.sh", "  if (field[5] ~ /failover_in_progress/) { leads++; return }\n", ""
    )
