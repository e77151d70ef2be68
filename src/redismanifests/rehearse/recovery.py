"""Recovery: how long each kind of failure may stop writes, and when all must be whole again.

Why: a deadline that is typed in says nothing about other settings; these follow from the settings of the running
deployment, its probes, and the waits of the start-up scripts. A failover's bound is the one that ``check`` promises
(facts/recovery.py). What must not come in: measuring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redismanifests.facts.recovery import (
    ATTACH_MS,
    CLIENT_MS,
    PROMOTION_MS,
    TICKS_MS,
    failed_election_ms,
    failover_ms,
)
from redismanifests.facts.startup import (
    ALONE_AFTER_SECONDS,
    ASK_AGAIN_SECONDS,
    FOLLOW_AFTER_SECONDS,
    OFFSETS_SECONDS,
    PAUSED_CALL_SECONDS,
    ROUND_SECONDS,
    SPIN_PAUSE_SECONDS,
    SYNC_SECONDS,
)
from redismanifests.rehearse.kubelet import BACK_OFF_S, FORCED_GRACE_S, MINIMUM_GRACE_S, RELIST_S
from redismanifests.rehearse.pod import REMOVE_S, START_S
from redismanifests.rehearse.probe import Probe
from redismanifests.rehearse.service import PUBLISH_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.rehearse.objects import Objects

_ATTACH_S, _CLIENT_S = ATTACH_MS / 1000, CLIENT_MS / 1000
_BACK_S = START_S + RELIST_S + PUBLISH_S
"""Until a pod that is made again runs, and its Services know it."""
_GONE_S = RELIST_S + REMOVE_S
"""From the end of a pod's processes until the next one may be made."""
_TILT_S = 30.0
"""A Sentinel whose event loop stalled for 2 s (a name that nobody answers) acts on nothing for so long."""
_TOO_OLD = 10
"""A replica whose link broke more than so many times down-after before Sentinel saw its master down is never promoted
(sentinelSelectSlave); a Sentinel in TILT sees nothing."""
_INFO_QUIET_S = 10.0
"""Outside of failovers Sentinel asks for INFO every 10 s (SENTINEL_INFO_PERIOD)."""
_STALE_ROLE_S = 8.0
"""Sentinel corrects a former master that comes back as one after four hellos of 2 s (SENTINEL_PUBLISH_PERIOD)."""
_RECONNECT_S = 15.0
"""A link that hangs is opened anew after so long (sentinel_min_link_reconnect_period)."""
_LAG_CHECK_S = 2.0
"""A master counts its replicas that are not behind once a second (replicationCron), and in whole seconds: one whose lag
has not passed 10 s by less than a second still counts (refreshGoodSlavesCount). With Valkey 11.6 s were measured."""
_STEADY_S = 1.0
"""What does not touch the master may not be felt: two connect time-outs of a second would be an outage already."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The settings that everything follows from."""

    down_after_s: float
    failover_timeout_s: float
    min_replicas: int
    """min-replicas-to-write; with 0 an isolated master takes writes for ever."""
    max_lag_s: float
    """min-replicas-max-lag: for so long a master believes in replicas that it no longer hears."""
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
        """Longest pause when the master dies while DNS drops every question for so long.

        With names Sentinel sees nothing until a TILT after that. By then the replicas may be too old to be promoted,
        and the way out is the old master: it asks for a failover once more, is refused, and starts as what it was.
        """
        if not self.names:
            return self.crash()
        blind_s = dropped_s + _TILT_S
        refused = blind_s > _TOO_OLD * self.down_after_s
        return self.crash() + blind_s + (ASK_AGAIN_SECONDS + ROUND_SECONDS if refused else 0)

    def failed_election(self) -> float:
        """What one failed election adds."""
        return failed_election_ms(int(self.failover_timeout_s * 1000)) / 1000

    def twice(self) -> float:
        """Longest pause when the new master dies too, and the third is alone until one comes back."""
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
        """Longest pause when every process dies: all come back and ask; the last master may then need a failover."""
        return _BACK_S + ROUND_SECONDS + self.crash() + self._names_settle()

    def last_copy_last(self) -> float:
        """Longest pause when whoever may be promoted comes after a first failover that found nobody."""
        return 2 * self.power_loss() + self.failed_election()

    def shutdown(self) -> float:
        """Longest pause when every pod is deleted: the master's hook waits for replicas to hand over to."""
        return SYNC_SECONDS + self.crash() + self._names_settle()

    def _names_settle(self) -> float:
        """A name answers with its old address, and then with none, for the TTL each; a link to nowhere hangs."""
        return 2 * self.dns_ttl_s + _RECONNECT_S if self.names else 0.0

    def whole(self, back_after_s: float = 0.0) -> float:
        """From the fault on, until every replica is attached, every Sentinel agrees and every pod is ready.

        A member that comes back (``back_after_s`` later than usual) asks, waits for a promotion under way, attaches,
        is seen by every Sentinel with the next INFO, and is probed.
        """
        back = back_after_s + _GONE_S + _BACK_S
        seen = max(self.hang(), back) + ROUND_SECONDS + _ATTACH_S + _INFO_QUIET_S
        return max(seen, back + self.probing.delay_s) + self.probing.periods_s + self._names_settle()

    def restarted(self) -> float:
        """From the moment that pods are made again, all of them, until all is whole: perhaps with a failover first."""
        return self.power_loss() + _ATTACH_S + _INFO_QUIET_S + self.probing.periods_s

    def corrected(self) -> float:
        """From the moment that a former master is back as one, until Sentinel has corrected that and all is whole."""
        return self.healed() + _ATTACH_S + _INFO_QUIET_S + self.probing.periods_s + self._names_settle()

    def turned_away(self) -> float:
        """Until a client that stayed with a former master leaves it, from the moment that this one answers again.

        Its connection holds, and an error is no reason to open another one. Sentinel sees four hellos and an INFO of a
        second master, and makes it a replica; that drops every client.
        """
        return _STALE_ROLE_S + _INFO_QUIET_S + _CLIENT_S

    def healed(self) -> float:
        """The same from the end of a partition on, when Sentinel first has to open its link anew."""
        return _RECONNECT_S + self.turned_away()

    def loss_window(self) -> float:
        """How long an isolated master goes on acknowledging writes that nobody else will have."""
        return self.max_lag_s + _LAG_CHECK_S if self.min_replicas else float("inf")

    def two_masters(self) -> float:
        """How long both sides of a partition can take writes: until the one counts, from when the other is promoted."""
        earliest = self.down_after_s - 1.0
        return max(0.0, self.loss_window() - earliest)


_POD_NAME = "statefulset.kubernetes.io/pod-name"
"""The label by which a Service stands for one pod."""


def bootstrap(objects: Objects, dns_ttl_s: float) -> float:
    """Until everything is whole after the first apply on empty volumes.

    Pods start; replicas begin when nobody has told them anything, then ordinal 0, then the Sentinels, which ask for
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
    def of(cls, spec: Mapping[str, Any]) -> Probing:
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


def cure_s(spec: Mapping[str, Any]) -> float:
    """Until the readiness probe of a Sentinel has cured a link that spins: two looks, and the pause between cures."""
    periods = [
        probe.period_s
        for container in spec["template"]["spec"]["containers"]
        if (probe := Probe.of(container, "readiness"))
    ]
    return 2 * max(periods, default=0) + SPIN_PAUSE_SECONDS
