"""Probing: what the kubelet asks, and takes for an answer."""

from __future__ import annotations

from sabotage.sabotage import Found, Objects, Rehearsed, in_objects


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
