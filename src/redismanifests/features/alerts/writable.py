"""Writable: the recorded series that is 1 while exactly one master takes writes, and 0 while none does.

It counts an outage without any traffic. Each condition is a state of the moment, not a rate: an outage of 30 s then is
30 s long, and not as much longer as the window of the rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


def writable(facts: Facts) -> str:
    """Expression of the recorded series; no sample where nothing of the deployment is scraped."""
    able = facts.masters()
    if facts.min_replicas:
        online = 'slave_state="online"'
        lag = facts.redis("redis_connected_slave_lag_seconds", online)
        able += (
            f"\nand on (pod) count by (pod) (max by (pod, slave_ip, slave_port) ({lag}) <= {facts.max_lag_s})"
            f" >= {facts.min_replicas}"
        )
    if facts.keeps_log:
        able += f"\nunless on (pod) max by (pod) ({facts.redis('redis_aof_last_write_status')}) == 0"
    if facts.keeps_snapshots:
        able += f"\nunless on (pod) max by (pod) ({facts.redis('redis_rdb_last_bgsave_status')}) == 0"
    if facts.refuses_when_full:
        used, most = facts.redis("redis_memory_used_bytes"), facts.redis("redis_memory_max_bytes")
        able += f"\nunless on (pod) max by (pod) ({used}) >= max by (pod) ({most})"
    return f"(\ncount(\n{able}\n)\nor 0 * sum({facts.both('redis_up')})\n) == bool 1"
