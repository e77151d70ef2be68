"""Flag: the meaning of the flags that a Sentinel reports for an instance.

The flags of all engines, from addReplySentinelRedisInstance (sentinel.c; Redis 7.0 to 8.10, Valkey 7.2 to 9.1):

- master, slave, sentinel: its kind;
- s_down, o_down, disconnected: it does not answer this Sentinel, a quorum agrees, a link to it is closed;
- failover_in_progress, promoted, reconf_sent, reconf_inprog, reconf_done, force_failover: a failover in progress;
- script_kill_sent, master_reboot: it hung in a script, or restarts, and was not healthy since;
- master_down, of a Sentinel only: this peer's last answer about the *master*. Valkey 9.1 keeps it for a while after a
  successful failover; it does not concern the peer.

A flag that is not listed here counts as a fault, so that a new one is noticed.
"""

from __future__ import annotations

_HEALTHY = {
    "master": frozenset({"master"}),
    "slave": frozenset({"slave"}),
    "sentinel": frozenset({"sentinel", "master_down"}),
}


def healthy(kind: str, flags: str) -> bool:
    """Whether these flags of a ``master``, ``slave`` or ``sentinel`` mean: healthy, and no failover in progress."""
    shown = set(flags.split(","))
    return kind in shown and shown <= _HEALTHY[kind]
