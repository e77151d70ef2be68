"""Check: judge profiles and what they would render; write nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from redismanifests.cli.option import format_option, limits_option, profile_paths, profiles_argument
from redismanifests.core.findings import Finding, Severity
from redismanifests.errors import ProfileRefused
from redismanifests.report.machine import findings_json
from redismanifests.report.text import count_text, findings_text
from redismanifests.review import asked_of_kubeconform, review

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="check")
@profiles_argument
@limits_option
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option(
    "--kubeconform", is_flag=True, help="Also ask the real kubeconform on PATH, with the same schemas."
)
@format_option("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    profiles: tuple[Path, ...],
    limits: tuple[Path, ...],
    strict: bool,
    kubeconform: bool,
    form: str,
) -> None:
    """Judge PROFILES (files, or directories of them) and what they would render.

    Exits 0 where nothing stands in the way, 1 with findings of severity error, 2 where a file cannot be read.
    """
    paths = profile_paths(profiles)
    found: list[Finding] = []
    for path in paths:
        try:
            reviewed = review(path, limits)
        except ProfileRefused as refused:
            found += refused.findings
        else:
            found += reviewed.findings
            if kubeconform:
                found += asked_of_kubeconform(reviewed)
    if form == "json":
        click.echo(findings_json(found), nl=False)
    elif found:
        click.echo(findings_text(found, colour=_colour()))
        click.echo(count_text(found))
    else:
        click.echo(f"{len(paths)} profile{'s' if len(paths) > 1 else ''}: nothing to say")
    ctx.exit(_exit_code(found, strict))


def _exit_code(found: list[Finding], strict: bool) -> int:
    if any(finding.code == "RM001" for finding in found):
        return 2
    weighty = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    return 1 if any(finding.severity in weighty for finding in found) else 0


def _colour() -> bool:
    return sys.stdout.isatty()
