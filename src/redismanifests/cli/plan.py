"""Plan: a deployment on one screen that a team can discuss."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from redismanifests.cli.option import format_option, limits_option, profile_argument
from redismanifests.plan import plan
from redismanifests.review import review

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.plan import Plan


@click.command(name="plan")
@profile_argument
@limits_option
@format_option("text", "markdown", "svg", "json")
def command(profile: Path, limits: tuple[Path, ...], form: str) -> None:
    """Show what PROFILE is: pods and where they run, Services, votes and what may be lost, the recovery bound as a
    time line, memory and disk as budgets, what the namespace has left, every finding.

    Exits 0 also where there are findings: `check` judges.
    """
    click.echo(_shown(plan(review(profile, limits, date.today().isoformat())), form), nl=False)


def _shown(planned: Plan, form: str) -> str:
    if form == "markdown":
        from redismanifests.report.plan.markdown import plan_markdown

        return plan_markdown(planned)
    if form == "svg":
        from redismanifests.report.plan.svg import plan_svg

        return plan_svg(planned)
    if form == "json":
        from redismanifests.report.plan.machine import plan_json

        return plan_json(planned)
    from redismanifests.report.plan.text import in_ascii, plan_text

    text = plan_text(planned, colour=sys.stdout.isatty())
    return text if "utf" in (sys.stdout.encoding or "").lower() else in_ascii(text)
