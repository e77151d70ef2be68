"""Probing: what the kubelet asks, and takes for an answer."""

from __future__ import annotations

from sabotage.sabotage import Found, NotShown, Objects, Rehearsed, in_objects


@in_objects(
    Found("RM135"), seen="BN, CP, HF, OT (1g); sentinel-design.md 2b.6: 136 and 244 acknowledged writes lost"
)
def ping_as_readiness(objects: Objects) -> None:
    """A Redis is ready when it answers PING."""
    objects.probe("redis", "readiness", "sh", "-c", '[ "$(redis-cli ping)" = PONG ]')


@in_objects(Found("RM137"), seen="G2K, HF, CP (1g): exit code 0 on NOAUTH and LOADING")
def exit_code_as_answer(objects: Objects) -> None:
    """The startup probe does not look at what PING was answered with."""
    objects.probe("redis", "startup", "redis-cli", "ping")


@in_objects(
    Found("RM136"),
    seen="CP's Deployment mode (1g): all Sentinels restarted at once, in the middle of an election",
)
def liveness_asks_for_the_master(objects: Objects) -> None:
    """A Sentinel is dead when its master is down."""
    command = "! redis-cli -p 26379 SENTINEL MASTER mymaster | grep -q s_down"
    objects.probe("sentinel", "liveness", "sh", "-c", command)


@in_objects(Found("RM136"), seen="peers.md 5.3, trap 4: a probe tied to the health of others")
def liveness_asks_sentinel(objects: Objects) -> None:
    """A Redis is dead when the Sentinels cannot be asked."""
    command = "redis-cli -h redis-sentinel -p 26379 SENTINEL get-master-addr-by-name mymaster | grep -q ."
    objects.probe("redis", "liveness", "sh", "-c", command)


@in_objects(
    Found("RM147"),
    Rehearsed("apply", "is not ready: readiness probe failed"),
    seen="JC's pitfalls 2 and 18 (2.9): 309 events in ten minutes, and no rollout ends",
)
def ready_means_master(objects: Objects) -> None:
    """Only the master is ready."""
    objects.probe("redis", "readiness", "sh", "-c", "redis-cli role | grep -q master")


@in_objects(
    Rehearsed("all-disks-full", "killed while full"),
    seen="faults.md 1.7: every volume full for 132 s, all three killed at 60 s; apecloud/kubeblocks#5095",
    guard="every reply is a life sign",
)
def only_known_replies_count(objects: Objects) -> None:
    """A Redis is dead when its answer is none of a list."""
    known = "PONG | LOADING* | MASTERDOWN* | BUSY* | NOAUTH* | WRONGPASS* | NOPERM*"
    old = '[ -z "$reply" ] || exit 0\n'
    new = f'case $reply in {known}) exit 0 ;; esac\n[ -z "$reply" ] || {{ echo "$reply"; exit 1; }}\n'
    objects.edit("redis-config", "redis-alive.sh", old, new)


@in_objects(
    Rehearsed("clock-stepped", "Sentinels blind for"),
    seen="three Sentinels set back by an hour (redis 7.0.15): a dead master stayed the one they named (60 s)",
    guard="a Sentinel whose clock was set back is restarted",
)
def blind_sentinels_stay(objects: Objects) -> None:
    """A Sentinel that waits for its clock to catch up is alive."""
    objects.edit("redis-sentinel-config", "sentinel-alive.sh", '[ "$ahead" -gt 0 ] || exit 0', "exit 0")


@in_objects(
    NotShown(
        "`clock-stepped` does not step clocks in the second in which a wait is measured",
        shown_by="tests/startup/test_lib.py -k clock_of_the_wall",
    ),
    seen="issue 15: all waits of the scripts were differences of date +%s",
    guard="durations are measured by a clock that no one sets",
)
def waits_by_the_clock_of_the_wall(objects: Objects) -> None:
    """Waits are differences of the time of the day."""
    old = "  read -r _up _idle </proc/uptime\n  printf '%s\\n' \"${_up%%.*}\"\n"
    for config in ("redis-config", "redis-sentinel-config"):
        objects.edit(config, "lib.sh", old, "  date +%s\n")
