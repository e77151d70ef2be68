"""Plan: a deployment on one screen that a team can discuss."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from redismanifests.cli.day import today
from redismanifests.cli.option import limits_option, profile_argument
from redismanifests.cli.output import format_option, show
from redismanifests.cli.width import columns
from redismanifests.present.writers import Part

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="plan")
@profile_argument
@limits_option
@format_option(Part.PAGE, Part.PICTURE)
def command(profile: Path, limits: tuple[Path, ...], form: str) -> None:
    """Show what PROFILE is: pods and where they run, Services, votes and what may be lost, the recovery bound as a
    time line, memory and disk as budgets, what the namespace has left, every finding.

    Exits 0 also where there are findings: `check` judges.
    """
    from redismanifests.judge.plan import plan
    from redismanifests.judge.review import review
    from redismanifests.present.documents.plan import plan as document
    from redismanifests.present.drawing import WIDTH

    planned = plan(review(profile, limits, today()))
    show(document(planned, columns(sys.stdout) or WIDTH), form, fit=True)
