"""No master: no Redis is master, and the Sentinels know none that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
No Redis is master.

Meaning: No Redis that is scraped says that it is the master, and fewer Sentinels than a failover needs say that the
master answers. It has been so for twice the time that a failover takes at the most.

Impact: Every write fails. Reads from replicas still answer, with data that grows old.

Diagnosis: Look at the Sentinels first: `kubectl -n NAMESPACE get pods`, then `kubectl -n NAMESPACE exec SENTINEL-POD
-- redis-cli -p 26379 sentinel master MASTER`. Is RedisSentinelNoQuorum or RedisNoFailoverPossible firing as well?
Then no Sentinel may promote anyone. If neither fires, a failover was tried and failed: the logs of the Sentinels say
why (`-failover-abort-...`).

Fix: Bring back what is missing: first a majority of the Sentinels, then the Redis that was master last. Where its
volume is lost for good: docs/operations.md, When there is no master.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: 2 * facts.outage_s,
    fires_in=("no-master-held",),
    silent_in=("master-killed", "all-killed"),
)
def no_master(facts: Facts) -> str:
    """Expression of the alert."""
    ok = 'master_status="ok"'
    return (
        f"sum(max by (pod) ({facts.redis('redis_up')})) >= 0\n"
        f"unless count({facts.masters()}) > 0\n"
        f"unless count(max by (pod) ({facts.sentinel('redis_sentinel_master_status', ok)}) == 1) >= {facts.votes}"
    )
