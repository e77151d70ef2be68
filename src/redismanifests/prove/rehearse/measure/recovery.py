"""Recovery: limits for the write outage of each kind of failure, and for the time until healthy.

The limits are computed from the settings of the running deployment, its probes, and the waits of the start-up scripts.
A failover's bound is that of ``check`` (profile/derived/recovery.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.profile.derived.recovery import (
    ATTACH_MS,
    CLIENT_MS,
    LAG_CHECK_MS,
    OVERLAP_MS,
    PROMOTION_MS,
    TICKS_MS,
    failed_election_ms,
    failover_ms,
)
from redismanifests.profile.formulas.startup import (
    ALONE_AFTER_SECONDS,
    ASK_AGAIN_SECONDS,
    FENCE_SECONDS,
    FIRST_START_SECONDS,
    FOLLOW_AFTER_SECONDS,
    HANDOVER_CAP_SECONDS,
    HANDOVER_EXTRA_SECONDS,
    OFFSETS_SECONDS,
    PAUSED_CALL_SECONDS,
    ROUND_SECONDS,
    SPIN_PAUSE_SECONDS,
    SYNC_SECONDS,
    UNATTENDED_SECONDS,
)
from redismanifests.prove.toycluster.pods.kubelet import BACK_OFF_S, FORCED_GRACE_S, MINIMUM_GRACE_S, RELIST_S
from redismanifests.prove.toycluster.pods.pod import REMOVE_S, START_S
from redismanifests.prove.toycluster.pods.probe import Probe
from redismanifests.prove.toycluster.service import PUBLISH_S

if TYPE_CHECKING:
    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.objects import Objects

_ATTACH_S, _CLIENT_S = ATTACH_MS / 1000, CLIENT_MS / 1000
_BACK_S = START_S + RELIST_S + PUBLISH_S
"""Until a pod that is made again runs, and its Services know it."""
INIT_S = RELIST_S + 1.0
"""An init container that has a few megabytes to read: it is started, runs, and the kubelet sees its end."""
_GONE_S = RELIST_S + REMOVE_S
"""From the end of a pod's processes until the next one may be made."""
TILT_S = 30.0
"""A Sentinel whose event loop stalled for 2 s (a name that no one answers) takes no action for this time."""
_TOO_OLD = 10
"""A replica whose link broke more than so many times down-after before Sentinel saw its master down is never promoted
(sentinelSelectSlave); a Sentinel in TILT sees nothing."""
_INFO_QUIET_S = 10.0
"""Outside of failovers Sentinel asks for INFO every 10 s (SENTINEL_INFO_PERIOD)."""
_STALE_ROLE_S = 8.0
"""Sentinel corrects a former master that returns as master after four hellos of 2 s (SENTINEL_PUBLISH_PERIOD)."""
_ELECTION_S = 10.0
"""Seconds until a Sentinel gives up an election; failover-timeout, if shorter (sentinel_election_timeout)."""
RECONNECT_S = 15.0
"""Seconds after which a link that hangs is opened again (sentinel_min_link_reconnect_period)."""
_LAG_CHECK_S = LAG_CHECK_MS / 1000
_REPL_TIMEOUT_S = 60.0
"""repl-timeout, as rendered and by default: a replica that hears nothing for this time closes its link."""
_STEADY_S = 1.0
"""What does not touch the master may not be felt: two connect time-outs of a second would be an outage already."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The settings that everything follows from."""

    down_after_s: float
    failover_timeout_s: float
    min_replicas: int
    """min-replicas-to-write; with 0 an isolated master always accepts writes."""
    max_lag_s: float
    """min-replicas-max-lag: the time for which a master counts replicas that it no longer hears."""
    probing: Probing
    """Of the Redis pods."""
    dns_ttl_s: float
    names: bool
    """Whether Sentinel knows the master by a name, and so hangs on DNS."""

    def _failover(self, *, hangs: bool) -> float:
        waits = self.min_replicas > 0
        return failover_ms(int(self.down_after_s * 1000), hangs=hangs, waits_for_replica=waits) / 1000

    def steady(self) -> float:
        """Longest pause when nothing that serves writes is touched."""
        return _STEADY_S

    def crash(self) -> float:
        """Longest pause after the master's process dies."""
        return self._failover(hangs=False)

    def hang(self) -> float:
        """Longest pause when the master stops answering with its connections open: the promised bound."""
        return self._failover(hangs=True)

    def without_dns(self, dropped_s: float) -> float:
        """Longest pause when the master dies while DNS drops every query for this time.

        With names Sentinel sees nothing until a TILT after that. By then the replicas may be too old to be promoted,
        and the way out is the old master: it asks for a failover once more, is refused, and starts as what it was.
        """
        if not self.names:
            return self.crash()
        blind_s = dropped_s + TILT_S
        refused = blind_s > _TOO_OLD * self.down_after_s
        return self.crash() + blind_s + (ASK_AGAIN_SECONDS + ROUND_SECONDS if refused else 0)

    def failed_election(self) -> float:
        """What one failed attempt adds where Sentinel is left alone."""
        return failed_election_ms(int(self.failover_timeout_s * 1000)) / 1000

    def voted_again(self) -> float:
        """What an election adds in which no one was elected: until it is given up, and a replica asks."""
        given_up = min(_ELECTION_S, self.failover_timeout_s)
        return min(given_up + UNATTENDED_SECONDS + FENCE_SECONDS, self.failed_election())

    def twice(self) -> float:
        """Longest pause when the new master dies too, and the third is alone until one returns."""
        return self.crash() + self.failed_election() + _BACK_S + BACK_OFF_S + ROUND_SECONDS

    def forced(self) -> float:
        """Longest pause after a forced delete: hook and shutdown may have paused writes before the kill."""
        return self.crash() + FORCED_GRACE_S + MINIMUM_GRACE_S

    def handover(self) -> float:
        """Longest pause of an orderly hand-over: equal offsets, four turns of Sentinel's timer, the promotion."""
        return OFFSETS_SECONDS + (TICKS_MS + PROMOTION_MS) / 1000 + _ATTACH_S + _CLIENT_S

    def drained(self) -> float:
        """Longest pause of a hand-over that asks a Sentinel which goes: one call, and one look whether it began."""
        return self.handover() + 2 * PAUSED_CALL_SECONDS

    def stale(self) -> float:
        """How long a master that hands over may answer reads as one: until its hook next asks who its successor is."""
        return float(ROUND_SECONDS)

    def power_loss(self) -> float:
        """Longest pause when every process dies: all restart and query; the last master may then need a failover."""
        return _BACK_S + ROUND_SECONDS + self.crash() + self._names_settle()

    def awaited(self) -> float:
        """How long replicas that were all away wait for a last master that is not back, or that no Sentinel hears."""
        return min(int(self.down_after_s) + HANDOVER_EXTRA_SECONDS, HANDOVER_CAP_SECONDS) + ROUND_SECONDS

    def asked(self) -> float:
        """From a replica's start until it leads, where the Sentinels' attempt came before it and found no one.

        Sentinel alone tries again after twice failover-timeout. The replica's fence sees that no one is at a failover,
        and asks for one.
        """
        return UNATTENDED_SECONDS + FENCE_SECONDS + (TICKS_MS + PROMOTION_MS) / 1000 + _ATTACH_S + _CLIENT_S

    def without_last(self) -> float:
        """Longest pause when all return, and the last master does not, or not with its data.

        The Sentinels take it for down before a replica may start, unless down-after is longer than that.
        """
        asked = self.awaited() + self.asked()
        return _BACK_S + ROUND_SECONDS + max(asked, self.crash()) + self._names_settle()

    def last_copy_last(self) -> float:
        """Longest pause when candidates for promotion return as late as after a power loss, and without the last."""
        return self.power_loss() + self.without_last()

    def shutdown(self) -> float:
        """Longest pause when every pod is deleted: the master's hook waits for replicas to hand over to."""
        return SYNC_SECONDS + self.crash() + self._names_settle()

    def _names_settle(self) -> float:
        """A name answers with its old address, and then with none, for the TTL each; a link to nowhere hangs."""
        return 2 * self.dns_ttl_s + RECONNECT_S if self.names else 0.0

    def whole(self, back_after_s: float = 0.0) -> float:
        """From the fault on, until every replica is attached, every Sentinel agrees and every pod is ready.

        A member that returns (``back_after_s`` later than usual) queries, waits for a promotion under way, attaches,
        is seen by every Sentinel with the next INFO, and is probed.
        """
        back = back_after_s + _GONE_S + _BACK_S
        seen = max(self.hang(), back) + ROUND_SECONDS + _ATTACH_S + _INFO_QUIET_S
        return max(seen, back + self.probing.delay_s) + self.probing.periods_s + self._names_settle()

    def restored(self) -> float:
        """Longest pause when all is destroyed and a small backup is restored: pods, init containers, first start."""
        return (
            _GONE_S
            + _BACK_S
            + 2 * INIT_S
            + FIRST_START_SECONDS
            + _ATTACH_S
            + _CLIENT_S
            + self._names_settle()
        )

    def restored_whole(self) -> float:
        """The same until healthy."""
        return self.restored() + _ATTACH_S + _INFO_QUIET_S + self.probing.periods_s

    def wound_back(self) -> float:
        """The same where a moment is restored: a server loads base and segments, and saves, before the first start."""
        return self.restored() + INIT_S

    def wound_back_whole(self) -> float:
        """The same until healthy."""
        return self.restored_whole() + INIT_S

    def restarted(self) -> float:
        """From the recreation of all pods until healthy, possibly with a failover first."""
        return self.power_loss() + _ATTACH_S + _INFO_QUIET_S + self.probing.periods_s

    def restarted_without_last(self) -> float:
        """The same where replicas wait for a last master first that is not back, or not with its data."""
        return self.restarted() + self.awaited()

    def corrected(self) -> float:
        """From the return of a former master as master until Sentinel has corrected it and all is healthy."""
        return self.healed() + _ATTACH_S + _INFO_QUIET_S + self.probing.periods_s + self._names_settle()

    def turned_away(self) -> float:
        """Until a client that stayed with a former master leaves it, from the moment that this one answers again.

        Its connection holds, and an error is no reason to open another one. Sentinel sees four hellos and an INFO of a
        second master, and makes it a replica; that drops every client.
        """
        return _STALE_ROLE_S + _INFO_QUIET_S + _CLIENT_S

    def refused(self) -> float:
        """Longest pause when the master refuses every write and PING as well, and its fence sends its clients away."""
        return self.hang() + FENCE_SECONDS

    def fenced(self) -> float:
        """Longest pause when a master is replaced that the Sentinels do not reach, and all others do.

        It acknowledges until its last replica has left; then its fence asks the others, and sends its clients away.
        """
        return FENCE_SECONDS + PROMOTION_MS / 1000 + _ATTACH_S + _CLIENT_S

    def replaced(self) -> float:
        """For how long such a master acknowledges: until the new one has the replica that the old one had."""
        return self.hang() - _CLIENT_S

    def overlap(self) -> float:
        """How long both are writable: from the promotion until that replica has moved."""
        return OVERLAP_MS / 1000

    def unheard(self, cut_s: float) -> float:
        """Longest pause when a master hears no replica for this time, and refuses writes after max-lag."""
        return max(0.0, cut_s - self.max_lag_s) + self.through(cut_s)

    def through(self, cut_s: float) -> float:
        """Until a link that was cut for this time works again.

        TCP doubles the time between its tries, so the next one comes within as long again; or the replica gives the
        link up and opens another one.
        """
        return min(cut_s, max(0.0, _REPL_TIMEOUT_S - cut_s)) + _LAG_CHECK_S

    def unreached(self, cut_s: float) -> float:
        """Longest pause of an application that cannot reach a healthy master for this time: timeout, new try."""
        return cut_s + 2 * _CLIENT_S

    def healed(self) -> float:
        """The same from the end of a partition on, when Sentinel first has to open its link again."""
        return RECONNECT_S + self.turned_away()

    def loss_window(self) -> float:
        """How long an isolated master goes on acknowledging writes that no one else will have."""
        return self.max_lag_s + _LAG_CHECK_S if self.min_replicas else float("inf")

    def two_masters(self) -> float:
        """How long both sides of a partition can take writes: until the one counts, from when the other is promoted."""
        earliest = self.down_after_s - 1.0
        return max(0.0, self.loss_window() - earliest)


_POD_NAME = "statefulset.kubernetes.io/pod-name"
"""The label by which a Service selects one pod."""


def bootstrap(objects: Objects, dns_ttl_s: float) -> float:
    """Until everything is healthy after the first apply on empty volumes.

    Pods start; replicas begin when they got no answer, then ordinal 0, then the Sentinels, which ask for
    INFO every 10 s; then the probes. With OrderedReady the pods of a set come one after the other. Where no pod has a
    Service of its own, names are asked before they exist, and that is remembered for ``dns_ttl_s``.
    """
    one = (
        _BACK_S
        + max(FOLLOW_AFTER_SECONDS, ALONE_AFTER_SECONDS)
        + 2 * ROUND_SECONDS
        + _ATTACH_S
        + _INFO_QUIET_S
    )
    if not any(_POD_NAME in (item["spec"].get("selector") or {}) for item in objects.of_kind("Service")):
        one += dns_ttl_s
    total = one
    for item in objects.of_kind("StatefulSet"):
        spec = item["spec"]
        ordered = spec.get("podManagementPolicy", "OrderedReady") == "OrderedReady"
        probing = Probing.of(spec)
        last = max(one, probing.delay_s) + probing.periods_s
        total = max(total, last * (int(spec.get("replicas", 1)) if ordered else 1))
    return total


@dataclass(frozen=True, slots=True)
class Probing:
    """How soon the probes of a set show that a pod is available."""

    delay_s: float
    """Quiet time after a container's start, while it does what it has to do anyway."""
    periods_s: float
    """One period of each probe in a row, and minReadySeconds."""

    @classmethod
    def of(cls, spec: Object) -> Probing:
        """The slowest container counts."""
        found = [
            [probe for kind in ("startup", "readiness") if (probe := Probe.of(container, kind))]
            for container in spec["template"]["spec"]["containers"]
        ]
        return cls(
            max((probe.initial_delay_s for probes in found for probe in probes), default=0),
            max((sum(probe.period_s for probe in probes) for probes in found), default=0)
            + float(spec.get("minReadySeconds", 0)),
        )


def cure_s(spec: Object) -> float:
    """Until the readiness probe of a Sentinel has cured a link that spins: two looks, and the pause between cures."""
    periods = [
        probe.period_s
        for container in spec["template"]["spec"]["containers"]
        if (probe := Probe.of(container, "readiness"))
    ]
    return 2 * max(periods, default=0) + SPIN_PAUSE_SECONDS


def startup_s(spec: Object) -> float:
    """What the startup probe of Redis gives a start until its container is killed; 0 where there is none."""
    probes = [Probe.of(container, "startup") for container in spec["template"]["spec"]["containers"]]
    return max(
        (each.initial_delay_s + each.period_s * each.failure_threshold for each in probes if each), default=0
    )
