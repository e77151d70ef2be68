"""Trouble: errors and findings on the terminal's error stream."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from redismanifests.errors import ProfileRefused
from redismanifests.report.text import count_text, error_text, findings_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.findings import Finding
    from redismanifests.errors import RedismanifestsError


def show(error: RedismanifestsError) -> None:
    """Print ``error``: its findings, or fact and fix."""
    if isinstance(error, ProfileRefused):
        show_findings(error.findings)
    else:
        click.echo(error_text(error.fact, error.fix, colour=sys.stderr.isatty()), err=True, nl=False)


def show_findings(findings: Sequence[Finding]) -> None:
    """Print findings and how many there are; nothing where there are none. What is waived is only counted."""
    shown = [finding for finding in findings if not finding.waived]
    if shown:
        click.echo(findings_text(shown, colour=sys.stderr.isatty()), err=True)
    if findings:
        click.echo(count_text(findings), err=True)
