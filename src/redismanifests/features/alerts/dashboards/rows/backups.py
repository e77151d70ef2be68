"""Backups: how old the last one is, whether it was tried, and how close to now a restore can come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.features.alerts.dashboards.panel import (
    OK_FAILED,
    Query,
    Row,
    Step,
    graph,
    number,
    timeline,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.alerts.facts import Facts


class _Work(NamedTuple):
    """A CronJob, and what it means that it has not succeeded for long."""

    cron_job: str
    late_s: int
    legend: str
    title: str
    about: str


def _works(facts: Facts) -> Iterator[_Work]:
    if facts.backup:
        yield _Work(
            facts.backup,
            facts.backup_late_s,
            "backup",
            "Since the last backup",
            "Before the first one: since its CronJob was made. Red: two are missing, RedisBackupTooOld.",
        )
    if facts.drill:
        yield _Work(
            facts.drill,
            facts.drill_late_s,
            "restore drill",
            "Since the last restore drill",
            "It loads the newest backup, as a restore would. Red: two are missing, RedisRestoreDrillTooOld.",
        )
    if facts.segments:
        yield _Work(
            facts.segments,
            facts.segments_late_s,
            "segments",
            "Since segments were found complete",
            "With them any second can be restored. Red: two looks are missing, RedisSegmentsLate.",
        )


def row(facts: Facts) -> Row:
    """From kube-state-metrics, of the CronJobs that the deployment has."""
    works = tuple(_works(facts))
    since = {work: Query(f"time() - {facts.last_success(work.cron_job)}", work.legend) for work in works}
    numbers = tuple(
        number(
            work.title,
            work.about,
            query,
            unit="s",
            steps=(Step(0, "green"), Step(work.late_s, "red")),
            width=8,
        )
        for work, query in since.items()
    )
    if not numbers:
        return Row("Backups", ())
    return Row(
        "Backups",
        (
            *numbers,
            timeline(
                "Last run of each",
                "Failed: a Job failed, and none has succeeded since. Its log says why.",
                *(Query(_went_well(facts, work.cron_job), work.legend) for work in works),
                states=OK_FAILED,
            ),
            graph(
                "Since each last succeeded",
                "It falls to nothing with each success. From kube-state-metrics: Prometheus must scrape it.",
                *since.values(),
                unit="s",
                width=12,
                height=6,
            ),
        ),
    )


def _went_well(facts: Facts, cron_job: str) -> str:
    """1, or 0 where a Job failed since the last success."""
    # By their numbers: Jobs of the drill begin with the name of the backup, too.
    failed = facts.failed_since_success(cron_job, "[0-9]+")
    return f"0 * ({failed})\nor 1 + 0 * {facts.last_success(cron_job)}"
