"""Votes and time: settings of Sentinel that a profile can say."""

from __future__ import annotations

from sabotage.sabotage import Found, Profile, in_profile


@in_profile(Found("RM013"), seen="sentinel-design.md 4; OT's own test of its operator")
def quorum_of_one(profile: Profile) -> None:
    """One Sentinel alone may call the master down."""
    profile["sentinel"] = {"quorum": 1}


@in_profile(Found("RM012"), seen="peers.md 5.1.4: a quorum that the loss of one Sentinel takes away")
def quorum_of_all(profile: Profile) -> None:
    """All three Sentinels must agree that the master is down."""
    profile["sentinel"] = {"quorum": 3}


@in_profile(Found("RM010"), seen="BN, RHA, CP, G2K (1a): as many Sentinels as Redis, so two of each")
def two_sentinels(profile: Profile) -> None:
    """Two Sentinels, of which none may be lost."""
    profile["sentinel"] = {"replicas": 2}


@in_profile(
    Found("RM022"),
    seen="CP's default of 1500 ms (2.0); sentinel-design.md 4: no failover for ever after TILT",
)
def down_after_1500(profile: Profile) -> None:
    """A master is down after 1.5 s of silence."""
    profile["sentinel"] = {"downAfter": "1500ms", "failoverTimeout": "9s"}


@in_profile(Found("RM020"), Found("RM026"), Found("RM052"), seen="BN's and HF's default of 60 s (2.0)")
def down_after_60000(profile: Profile) -> None:
    """A master is down after a minute of silence."""
    profile["sentinel"] = {"downAfter": "60s"}


@in_profile(Found("RM021"), seen="the hand-built deployment; BN, RHA, G2K and HF have 180 s (5.3, trap 19)")
def failover_timeout_of_the_reference(profile: Profile) -> None:
    """A failed election is tried again after a minute (failover-timeout 30 s)."""
    profile["sentinel"] = {"failoverTimeout": "30s"}


@in_profile(
    Found("RM036"), seen="CP forces it (2.3); sentinel-design.md 3: 5,367 of 5,503 writes lost in a partition"
)
def min_replicas_to_write_0(profile: Profile) -> None:
    """A master without replicas acknowledges writes."""
    profile["redis"] = {"minReplicasToWrite": 0}


@in_profile(Found("RM037"), seen="peers.md 5.3, trap 40: no writes during any restart")
def every_replica_must_acknowledge(profile: Profile) -> None:
    """Writes need both replicas."""
    profile["redis"] = {"minReplicasToWrite": 2}


@in_profile(Found("RM033"), seen="RHA's default (1b); peers.md 5.3, trap 41: killed for want of memory")
def maxmemory_0(profile: Profile) -> None:
    """Redis grows until the kernel kills it."""
    profile["redis"] = {"maxmemory": 0}


@in_profile(Found("RM040"), seen="kubernetes-findings.md 2: 86 s without a master")
def host_names(profile: Profile) -> None:
    """Redis and Sentinel know each other by names, behind a DNS that answers with addresses of the past."""
    profile["addressing"] = {"mode": "hostname"}


@in_profile(Found("RM070"), seen="sentinel-design.md 2a: 6.2.5 never resolves a name again")
def engine_6_2_5(profile: Profile) -> None:
    """A Redis that lacks what the scripts rely on."""
    profile["redis"] = {"image": "redis:6.2.5"}


@in_profile(Found("RM082"), seen="sentinel-design.md 6: -failover-abort-slave-timeout, for ever")
def config_renamed_in_the_profile(profile: Profile) -> None:
    """CONFIG is renamed away in an extra line of redis.conf."""
    profile["redis"] = {"extraConfig": ['rename-command CONFIG ""']}


@in_profile(Found("RM028"), seen="CP: 22 + 20 + 5 s of 30 (2.3); FW: 31 of 30 (2.6)")
def grace_shorter_than_the_hand_over(profile: Profile) -> None:
    """The pod is killed before the hand-over can be through."""
    profile["redis"] = {"terminationGracePeriod": "20s"}


@in_profile(Found("RM024"), seen="RHA (1g): a long synchronisation is killed after 105 s, for ever")
def startup_probe_too_impatient(profile: Profile) -> None:
    """A start that waits for a promotion is killed before that can be over."""
    profile["probes"] = {"redis": {"startup": {"failures": 5}}}


@in_profile(
    Found("RM025"),
    seen="the hand-built deployment: 200m; kubernetes-findings.md 4: throttled for 2 s, TILT for 30 s",
)
def cpu_limit_on_sentinel(profile: Profile) -> None:
    """A Sentinel may be throttled."""
    profile["sentinel"] = {"resources": {"limits": {"cpu": "200m"}}}
