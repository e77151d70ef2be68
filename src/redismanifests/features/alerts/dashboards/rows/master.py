"""Master: who it is, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import Panel, Query, Row, State, Step, number, timeline

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts

LONGEST_S = 24 * 3600
"""How far it is looked back for the moment at which it became master."""
ROLES = (State(1, "master", "green"), State(0, "replica", "blue"), State(-1, "down", "red"))


def row(facts: Facts) -> Row:
    """One master, which one, and how long."""
    replica = facts.redis("redis_instance_info", 'role="slave"')
    last = f"time() - max by (pod) (max_over_time(timestamp({replica})[{LONGEST_S}s:30s]))"
    started = f"clamp_max(max by (pod) ({facts.redis('redis_uptime_in_seconds')}), {LONGEST_S})"
    down = f"(max by (pod) ({facts.redis('redis_up')}) == 0) - 1"
    count = f"count({facts.masters()}) or 0 * sum({facts.both('redis_up')})"
    return Row(
        "Who is master",
        (
            Panel(
                title="Master",
                about="The Redis that says that it is master.",
                kind="stat",
                queries=(Query(facts.masters()),),
                names=True,
                width=6,
                height=5,
            ),
            number(
                "Master for",
                "Time since it was last seen as a replica, or since its start. A day means a day or longer.",
                Query(f"(\n{last}\nor {started}\n)\nand on (pod) {facts.masters()}"),
                unit="s",
            ),
            number(
                "Masters",
                "One is right. None: RedisNoMaster. Two for longer than seconds: RedisTwoMasters.",
                Query(count, "masters"),
                steps=(Step(0, "red"), Step(1, "green"), Step(2, "red")),
            ),
            number(
                "Pods that answer",
                "Servers that their exporter can ask.",
                Query(f"sum(max by (pod) ({facts.redis('redis_up')}))", "Redis"),
                Query(f"sum(max by (pod) ({facts.sentinel('redis_up')}))", "Sentinel"),
            ),
            timeline(
                "Role of each Redis",
                "Who was master when. A gap: the pod was not scraped.",
                Query(f"{facts.masters()}\nor 0 * max by (pod) ({replica})\nor {down}"),
                states=ROLES,
                width=24,
            ),
        ),
    )
