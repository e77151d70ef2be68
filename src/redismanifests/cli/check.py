"""Check: judge profiles and what they would render; write nothing, but for --fix."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from redismanifests.cli.option import (
    format_option,
    limits_option,
    profile_paths,
    profiles_argument,
    read_deployed,
)
from redismanifests.cli.place import repository_path
from redismanifests.cli.table import table_option, with_namespaces
from redismanifests.core.findings import UNREADABLE_FILE, Finding, Severity
from redismanifests.errors import ProfileRefused
from redismanifests.report.text import count_text, findings_text
from redismanifests.review import asked_of_kubeconform, review, update_findings
from redismanifests.rules import shared_findings
from redismanifests.selection import Selection, selection

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from redismanifests.against import Deployed
    from redismanifests.review import Review

Judged = list[tuple[str, list[Finding]]]


@click.command(name="check")
@profiles_argument
@limits_option
@table_option
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option(
    "--select", multiple=True, metavar="CODE", help="Only this code, name, or beginning of codes (RM03)."
)
@click.option(
    "--ignore", multiple=True, metavar="CODE", help="Not this code, name, or beginning of codes (RM03)."
)
@click.option(
    "--kubeconform", is_flag=True, help="Also ask the real kubeconform on PATH, with the same schemas."
)
@click.option(
    "--against",
    "deployed",
    metavar="DIR|-",
    help="Also judge the update of what is deployed: a folder, or `kubectl get -o yaml` on standard input.",
)
@click.option(
    "--fix", is_flag=True, help="Mend in the profile what has one certain fix; shows the difference first."
)
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@format_option("text", "json", "sarif", "github", "junit", "markdown")
@click.pass_context
def command(
    ctx: click.Context,
    profiles: tuple[Path, ...],
    limits: tuple[Path, ...],
    table: bool,
    strict: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    kubeconform: bool,
    deployed: str | None,
    fix: bool,
    yes: bool,
    form: str,
) -> None:
    """Judge PROFILES (files, or directories of them) and what they would render.

    Exits 0 where nothing stands in the way, 1 with findings of severity error, 2 where a file cannot be read.
    What keeps a profile from being judged is always told, selected or not. --fix keeps comments, order and every
    other line; a fix is made only where the finding is then gone and nothing as bad has come.
    """
    wanted, today = selection(select, ignore), date.today().isoformat()
    if yes and not fix:
        raise click.UsageError("--yes answers the question of --fix: use both")
    if fix and form != "text":
        raise click.UsageError(f"--fix talks to people, --format {form} to machines: use one of them")
    if table and form not in ("text", "json"):
        raise click.UsageError(f"--table prints a table or JSON, and --format {form} has no place for it")
    paths = profile_paths(profiles)
    if deployed is not None and len(paths) > 1:
        raise click.UsageError(f"--against compares one profile with what is deployed, not {len(paths)}")
    there = read_deployed(deployed) if deployed is not None else None
    if fix:
        from redismanifests.cli import fixing

        for path in paths:
            fixing.fix(path, wanted, limits, today, yes=yes)
    judged = _judged(paths, limits, kubeconform, wanted, today, there)
    failing = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    report = _text(judged) if form == "text" else _machine_report(judged, form, failing)
    if table:
        report = with_namespaces(report, "findings", paths, limits, form)
    click.echo(report, nl=False)
    ctx.exit(_exit_code([finding for _, findings in judged for finding in findings], failing))


def _judged(
    paths: Sequence[Path],
    limits: tuple[Path, ...],
    kubeconform: bool,
    wanted: Selection,
    today: str,
    deployed: Deployed | None,
) -> Judged:
    judged: Judged = []
    reviews: list[tuple[Review, list[Finding]]] = []
    for path in paths:
        try:
            reviewed = review(path, limits, today)
        except ProfileRefused as refused:
            judged.append((str(path), list(refused.findings)))
            continue
        found = list(reviewed.findings)
        if kubeconform:
            found += asked_of_kubeconform(reviewed)
        if deployed is not None:
            found += update_findings(reviewed, deployed)
        judged.append((str(path), wanted.of(found)))
        reviews.append((reviewed, judged[-1][1]))
    for finding in wanted.of(shared_findings([(each.profile, each.source) for each, _ in reviews])):
        next(found for each, found in reviews if each.source is finding.source).append(finding)
    return judged


def _text(judged: Judged) -> str:
    found = [finding for _, findings in judged for finding in findings]
    shown = [finding for finding in found if not finding.waived]
    if shown:
        return f"{findings_text(shown, colour=sys.stdout.isatty())}\n{count_text(found)}\n"
    waived = f" ({count_text(found)})" if found else ""
    return f"{len(judged)} profile{'s' if len(judged) > 1 else ''}: nothing to say{waived}\n"


def _machine_report(judged: Judged, form: str, failing: Collection[Severity]) -> str:
    found = [finding for _, findings in judged for finding in findings]
    # Each form is imported where it is asked for.
    if form == "json":
        from redismanifests.report.machine import findings_json

        return findings_json(found)
    if form == "sarif":
        from importlib.metadata import version

        from redismanifests.report.sarif import findings_sarif

        return findings_sarif(found, repository_path, version("redismanifests"))
    if form == "github":
        from redismanifests.report.github import findings_github

        return findings_github(found, repository_path)
    if form == "junit":
        from redismanifests.report.junit import findings_junit

        return findings_junit(judged, repository_path, failing)
    from redismanifests.report.markdown import findings_markdown

    return findings_markdown(found, repository_path)


def _exit_code(found: Sequence[Finding], failing: Collection[Severity]) -> int:
    if any(finding.code == UNREADABLE_FILE.code for finding in found):
        return 2
    return 1 if any(finding.severity in failing and not finding.waived for finding in found) else 0
