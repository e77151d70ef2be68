"""Runbook: what a person does when a drill finds no master any more.

docs/operations.md has the same steps; tests compare the two.
"""

from __future__ import annotations

NO_MASTER = (
    "See what Sentinel thinks: kubectl -n NAMESPACE exec DEPLOYMENT-sentinel-0 -c sentinel -- sh -c "
    "'. /config/settings.sh; $CLI -p $SENTINEL_PORT sentinel masters'. Flags s_down,o_down with replicas known mean: "
    "an election is under way or failed; after one that failed the next comes after 2 x failover-timeout.",
    "If the log of a Sentinel says -failover-abort-no-good-slave again and again, it saw the master's death too late "
    "(TILT, as after a DNS outage by names) and finds every replica too old, which it measures by down-after: raise "
    "that on every Sentinel, as in 1 with $CLI -p $SENTINEL_PORT sentinel set $MASTER_NAME down-after-milliseconds "
    "30000, until the failover is through, and set it back.",
    "See why pods do not start: kubectl -n NAMESPACE get pods -o wide, and kubectl -n NAMESPACE logs POD -c redis. "
    "A start that waits for a person says `help:` and what to do.",
    "Bring missing members back (nodes, volumes, images): with a majority of Sentinels and one replica, a failover "
    "goes on by itself.",
    "Only if no one confirms a master any more, decide which pod has the newest data (INFO replication, "
    "slave_repl_offset), and make it master: kubectl -n NAMESPACE exec POD -c redis -- touch /data/start-as-master, "
    "then delete that pod.",
)


def steps(namespace: str, deployment: str) -> tuple[str, ...]:
    """The steps, with the names of a deployment."""
    return tuple(each.replace("NAMESPACE", namespace).replace("DEPLOYMENT", deployment) for each in NO_MASTER)
