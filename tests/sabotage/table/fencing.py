"""Fencing: how a master stops that is about to be replaced, or was."""

from __future__ import annotations

from sabotage.sabotage import MINIMAL, NotShown, Objects, Rehearsed, in_objects

_REDIS = "redis-config"
_PATIENT = {**MINIMAL, "sentinel": {"failoverTimeout": "30s"}}
"""As in profiles/jewelry-shop.yaml: a failed attempt of the Sentinels costs a minute."""


@in_objects(
    Rehearsed("master-hangs", "lost acknowledged writes"),
    Rehearsed("disk-full", "outage"),
    Rehearsed("cut-sentinels-and-master", "outage"),
    seen="a hang of 5.6 to 6.4 s with a down-after of 5 s: 15 to 68 acknowledged writes lost in most runs",
    guard="a fence beside the server",
)
def no_fence(objects: Objects) -> None:
    """A master that wakes after its replacement goes on, until Sentinel corrects it."""
    objects.edit(
        _REDIS, "redis-start.sh", 'sh "$CONFIG_DIR/redis-fence.sh" "$server" "$server_began"', "sleep 1000"
    )


@in_objects(
    NotShown(
        "the fence holds writes before there is another master; this one is for a fence that was not there in time",
        shown_by="tests/startup/test_fence_decide.py -k former_master",
    ),
    seen="Sentinel corrects a former master after four hellos and an INFO: 17 to 50 s with the clients of before",
    guard="a former master follows the one that a majority names",
)
def no_following(objects: Objects) -> None:
    """A former master waits until Sentinel corrects it."""
    objects.edit(_REDIS, "redis-fence-decide.sh", "armed >= 0 && top > armed", "0 && top > armed")


@in_objects(
    NotShown(
        "the promoted replica would follow the master that it replaces, where that one is still there to be named",
        shown_by="tests/startup/test_fence_decide.py -k just_promoted",
    ),
    seen="Sentinels name a promoted replica only when it has told them that it is a master (+promoted-slave)",
    guard="the fence waits until a majority has named this master",
)
def fence_at_once(objects: Objects) -> None:
    """The fence goes by what Sentinels name from the first moment of a master on."""
    objects.edit(_REDIS, "redis-fence-decide.sh", "armed >= 0 && top > armed", "top > armed")


@in_objects(
    Rehearsed("cut-sentinels-and-master", "outage"),
    seen="links between the Sentinels and the master cut for 40 s: 44 s until the application had left it",
    guard="a master asks the others when a replica leaves unheard by the Sentinels",
)
def no_asking_of_the_others(objects: Objects) -> None:
    """A master that hears no Sentinel goes on when its replicas leave."""
    objects.edit(
        _REDIS, "redis-fence-decide.sh", "armed >= 0 && replicas < settled", "0 && replicas < settled"
    )


@in_objects(
    Rehearsed("cut-master-and-replicas", "ready while it refuses writes"),
    seen="links between master and replicas cut for 60 s: 49 s without writes, every pod ready",
    guard="a master that refuses writes beside healthy replicas is not ready",
)
def ready_though_it_refuses_writes(objects: Objects) -> None:
    """A master is ready whenever the Sentinels name it."""
    objects.edit(_REDIS, "redis-ready.sh", "refuses_writes || exit 0", "exit 0")


@in_objects(
    NotShown(
        "the hook has to drop the fence's connection between its question and the answer",
        shown_by="tests/startup/test_fence.py -k dropped_connection",
    ),
    seen="tests/startup, real processes: a hand-over whose hook dropped every client; the fence took that for silence",
    guard="a dropped connection is no silence",
)
def silence_is_any_missing_answer(objects: Objects) -> None:
    """The fence ends a server whose answer is missing, however soon."""
    objects.edit(_REDIS, "redis-fence-act.sh", "for _try in 1 2 3; do", "for _try in 1; do")


@in_objects(
    Rehearsed("last-master-missing", "outage"),
    seen="a run of CI, `first-volume-lost`: 69.8 s of 37.7, the Sentinels' attempt came before any replica ran",
    guard="a replica asks where nobody is at a failover",
    base=_PATIENT,
)
def no_replica_asks(objects: Objects) -> None:
    """After an attempt that found no one the Sentinels wait for twice failover-timeout, whoever runs by then."""
    objects.edit(_REDIS, "redis-fence-decide.sh", "if (!waits) unattended", "if (1) unattended")


@in_objects(
    NotShown(
        "a replica has to be loading when the Sentinel moves it",
        shown_by="tests/startup/test_fence.py -k refused_to_move",
    ),
    seen="`first-volume-lost` on a loaded machine, two of eight: 58 s without writes, or not whole for 65 s",
    guard="a replica moves to the master that a majority names",
)
def no_replica_moves(objects: Objects) -> None:
    """A replica that missed a failover follows a former master until Sentinel looks, after failover-timeout."""
    objects.edit(_REDIS, "redis-fence-decide.sh", 'if (leader == ""', 'if (1 || leader == ""')


@in_objects(
    NotShown(
        "a refusal is chance, and where a replica asks as well nobody waits for the one who was refused",
        shown_by="tests/startup/test_processes.py -k was_refused",
    ),
    seen="`first-volume-lost` on a loaded machine, two of six: refused in the second of its replicas' start, 71 s",
    guard="a start that was refused a promotion asks again",
)
def a_refusal_is_for_ever(objects: Objects) -> None:
    """A master without data that was refused a promotion waits until the Sentinels begin by themselves."""
    objects.edit(_REDIS, "redis-start.sh", '[ "$promotion" = no ] ||', '[ "$promotion" != asked ] ||')
