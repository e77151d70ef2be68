"""Recovery: how long each kind of failure may stop writes, computed from Sentinel's own timing.

Why: a deadline that is typed in says nothing about other settings; these follow from down-after and failover-timeout
as the running Sentinels report them. Source: constants of sentinel.c (6.2 to 8.0), and 49 measured kills that none
exceeded. What must not come in: measuring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.facts.recovery import ASK_MS, PING_MS, PROMOTION_MS, RETRY_EXTRA_MS, TICKS_MS
from redismanifests.rehearse.kubelet import BACK_OFF_S, FORCED_HOOK_S, RELIST_S
from redismanifests.rehearse.pod import START_S
from redismanifests.rehearse.probe import KINDS, Probe

if TYPE_CHECKING:
    from redismanifests.rehearse.objects import Objects

_ASK_S, _PING_S, _TICKS_S, _INFO_S = ASK_MS / 1000, PING_MS / 1000, TICKS_MS / 1000, PROMOTION_MS / 1000
"""Sentinel's own periods, as facts/recovery.py has them from sentinel.c."""
_CLIENT_S = 1.1
"""The application's own part: one connect time-out, one question to a Sentinel; 0.05 to 1.1 s were measured."""
_ATTACH_S = 1.0
"""With min-replicas-to-write, writes resume when one replica is attached: 0 to 1 s for small data."""
_HOOK_SYNC_S = 3.0
"""A hand-over hook looks once a second whether replicas are attached, then waits up to 2 s for equal offsets."""
_HOOK_WAIT_S = 15.0
"""A hand-over hook waits so long for replicas that are being restarted themselves."""
_DISCOVERY_S, _HANDOVER_EXTRA_S = 10.0, 15.0
"""Start scripts look for the current master for 10 s, and wait down-after + 15 s for a promotion."""
_TILT_S = 30.0
"""A Sentinel whose event loop stalled for 2 s (a name that nobody answers) acts on nothing for so long."""
_INFO_QUIET_S = 10.0
"""Outside of failovers Sentinel asks for INFO every 10 s."""
_STALE_ROLE_S = 8.0
"""Sentinel corrects a restarted former master after four hellos of 2 s."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The settings that everything follows from."""

    down_after_s: float
    failover_timeout_s: float
    dns_ttl_s: float
    names: bool
    """Whether Sentinel knows the master by a name, and so hangs on DNS."""

    def crash(self) -> float:
        """Longest pause after the master's process dies."""
        return self.down_after_s + _ASK_S + _TICKS_S + _INFO_S + _ATTACH_S + _CLIENT_S

    def without_dns(self, dropped_s: float) -> float:
        """Longest pause when the master dies while DNS drops every question for so long."""
        return self.crash() + (dropped_s + _TILT_S if self.names else 0.0)

    def hang(self) -> float:
        """Longest pause when the master stops answering with its connections open: one more ping, one time-out."""
        return self.crash() + _PING_S + _CLIENT_S

    def twice(self) -> float:
        """Longest pause when the new master dies too, and the third is alone until one comes back."""
        return self.crash() + self.failed_election() + START_S + RELIST_S + _DISCOVERY_S + BACK_OFF_S

    def forced(self) -> float:
        """Longest pause after a forced delete: the hook may have paused writes before the kill."""
        return self.crash() + FORCED_HOOK_S

    def handover(self) -> float:
        """Longest pause of an orderly hand-over."""
        return _HOOK_SYNC_S + _TICKS_S + _INFO_S + _ATTACH_S + _CLIENT_S

    def failed_election(self) -> float:
        """What one failed election adds."""
        return 2 * self.failover_timeout_s + RETRY_EXTRA_MS / 1000

    def cold(self) -> float:
        """Longest pause when everything restarts: hooks in vain, discovery, wait for a promotion, a failover."""
        start = START_S + RELIST_S + _DISCOVERY_S
        return _HOOK_WAIT_S + start + self.down_after_s + _HANDOVER_EXTRA_S + self.crash()

    def cold_topology(self) -> float:
        """Until all is whole again after everything restarted."""
        return self.cold() + self.topology()

    def topology(self, back_after_s: float = 0.0) -> float:
        """Until every replica is attached, every Sentinel agrees and every pod is ready, from the fault on.

        A pod comes back (``back_after_s`` later than usual), discovers, waits, and is probed; a role that is wrong
        is corrected after failover-timeout; names may be stale for the TTL.
        """
        back = START_S + RELIST_S + back_after_s + _DISCOVERY_S + self.down_after_s + _HANDOVER_EXTRA_S
        return (
            back
            + max(_STALE_ROLE_S, self.failover_timeout_s)
            + self.crash()
            + (self.dns_ttl_s if self.names else 0.0)
        )


def bootstrap(objects: Objects) -> float:
    """Until everything is whole after the first apply: start, discovery, and each set's probes in a row.

    Sentinel learns of replicas from the master's INFO, which it asks for every 10 s outside of failovers; with
    OrderedReady the pods of a set come one after the other.
    """
    total = 0.0
    for item in objects.of_kind("StatefulSet"):
        spec = item["spec"]
        probes = [
            probe
            for container in spec["template"]["spec"]["containers"]
            for kind in KINDS
            if (probe := Probe.of(container, kind))
        ]
        one = START_S + _DISCOVERY_S + 2 * max((p.period_s + p.initial_delay_s for p in probes), default=0)
        one += _INFO_QUIET_S + float(spec.get("minReadySeconds", 0))
        ordered = spec.get("podManagementPolicy", "OrderedReady") == "OrderedReady"
        total = max(total, one * (int(spec.get("replicas", 1)) if ordered else 1))
    return total
