"""Memory: what is left for data, and what uses the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import Query, Row, Step, graph, number

if TYPE_CHECKING:
    from redismanifests.features.alerts.dashboards.panel import Panel
    from redismanifests.features.alerts.facts import Facts

_PARTS = (
    ("redis_memory_used_dataset_bytes", "data"),
    ("redis_mem_clients_normal", "clients"),
    ("redis_mem_clients_slaves", "replicas' buffers"),
    ("redis_repl_backlog_history_bytes", "backlog"),
)


def row(facts: Facts) -> Row:
    """Against maxmemory first, because that is what refuses writes or removes keys."""
    of_master = f"and on (pod) {facts.masters()}"
    return Row(
        "Memory",
        (
            *_of_maxmemory(facts),
            graph(
                "Memory of the process",
                "As the kernel counts it (RSS): this is what the memory limit of the container is compared with.",
                Query(f"max by (pod) ({facts.redis('redis_memory_used_rss_bytes')})"),
                unit="bytes",
            ),
            graph(
                "What uses the master's memory",
                "Buffers of clients and replicas grow when these read too slowly.",
                *(
                    Query(f"max by (pod) ({facts.redis(name)})\n{of_master}", legend)
                    for name, legend in _PARTS
                ),
                unit="bytes",
            ),
            graph(
                "Keys",
                "In all databases.",
                Query(f"sum by (pod) (max by (pod, db) ({facts.redis('redis_db_keys')}))"),
            ),
            graph(
                "Keys removed per second",
                "Expired: their time was over. Evicted: maxmemory was reached.",
                *(
                    Query(f"sum(max by (pod) (rate({facts.redis(name)}[$__rate_interval])))", legend)
                    for name, legend in (
                        ("redis_expired_keys_total", "expired"),
                        ("redis_evicted_keys_total", "evicted"),
                    )
                ),
                unit="ops",
            ),
        ),
    )


def _of_maxmemory(facts: Facts) -> tuple[Panel, ...]:
    """Nothing where Redis has no limit of its own."""
    if not facts.limits_memory:
        return ()
    used = f"max by (pod) ({facts.redis('redis_memory_used_bytes')})"
    free = f"max by (pod) ({facts.redis('redis_mem_not_counted_for_eviction_bytes')})"
    most = f"(max by (pod) ({facts.redis('redis_memory_max_bytes')}) > 0)"
    full = "every write is refused" if facts.refuses_when_full else "keys are removed"
    return (
        number(
            "Left for data",
            f"Of maxmemory; buffers that Redis does not count are left out. At 0 {full}.",
            Query(f"{most} - {used} + {free}"),
            unit="bytes",
            width=8,
            height=7,
        ),
        graph(
            "Used of maxmemory",
            f"At 100 % {full}.",
            Query(f"{used} / {most}"),
            unit="percentunit",
            steps=(Step(0.9, "red"),) if facts.refuses_when_full else (),
        ),
    )
