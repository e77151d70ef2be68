"""Deployment: the dashboard of one deployment, and the names in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from redismanifests.core.quoting.checksum import checksum
from redismanifests.features.alerts.dashboards.panel import Board, Variable
from redismanifests.features.alerts.dashboards.rows import (
    backups,
    clients,
    failovers,
    files,
    master,
    memory,
    replicas,
    sentinels,
    writes,
)

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts

ROWS = (
    master.row,
    writes.row,
    replicas.row,
    memory.row,
    clients.row,
    failovers.row,
    sentinels.row,
    files.row,
    backups.row,
)
"""In the order in which a paged person looks."""

SENTINEL = ".+-sentinel-[0-9]+"
"""Exporters answer while their servers do not, so what can be chosen does not vanish in an outage."""
OF_SENTINEL = "(.+)-sentinel-[0-9]+"
_UID_LENGTH = 32
"""Grafana takes 40 characters."""


def deployment(facts: Facts) -> Board:
    """Every row that the deployment has; another deployment can be chosen."""
    shown = chosen(facts)
    rows = (row(shown) for row in ROWS)
    return Board(
        uid=uid(facts, "deployment"),
        title=f"Redis {facts.namespace}/{facts.name}",
        variables=(
            Variable(
                name="namespace",
                series=f'redis_up{{pod=~"{SENTINEL}"}}',
                label="namespace",
                default=facts.namespace,
            ),
            Variable(
                name="deployment",
                series=f'redis_up{{namespace="$namespace",pod=~"{SENTINEL}"}}',
                label="pod",
                pattern=OF_SENTINEL,
                default=facts.name,
            ),
        ),
        rows=tuple(row for row in rows if row.panels),
        interval_s=round(facts.interval_s),
    )


def chosen(facts: Facts) -> Facts:
    """The same for the deployment that is chosen at the top, whose CronJobs are named after it, too."""

    def named(cron_job: str) -> str:
        return cron_job and f"$deployment{cron_job.removeprefix(facts.name)}"

    return replace(
        facts,
        namespace="$namespace",
        name="$deployment",
        backup=named(facts.backup),
        drill=named(facts.drill),
        segments=named(facts.segments),
    )


def uid(facts: Facts, board: str) -> str:
    """The same for as long as the names are."""
    return checksum({"namespace": facts.namespace, "name": facts.name, "board": board})[:_UID_LENGTH]
