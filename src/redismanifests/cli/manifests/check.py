"""Check: judge profiles and what they would render; write nothing, but for --fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from redismanifests.cli.day import today
from redismanifests.cli.manifests.judging import exit_code, judged_profiles
from redismanifests.cli.manifests.objects import Given, judged_objects
from redismanifests.cli.option import FILE, limits_option, profiles_argument
from redismanifests.cli.output import format_option, made_of, on_screen, show
from redismanifests.cli.paths import read_deployed
from redismanifests.cli.place import repository_path
from redismanifests.cli.table import table_option, with_namespaces
from redismanifests.core.findings import Finding
from redismanifests.present.writers import Part

if TYPE_CHECKING:
    from pathlib import Path

Judged = list[tuple[str, list[Finding]]]


@click.command(name="check")
@profiles_argument
@limits_option
@table_option
@click.option("--strict", is_flag=True, envvar="REDISMANIFESTS_STRICT", help="Warnings count as errors.")
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
    "--profile",
    "origin",
    metavar="FILE",
    type=FILE,
    help="With Kubernetes objects: the profile that they come from; its version of Kubernetes judges.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Fix findings of the profile that have one certain fix; shows the difference first.",
)
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@click.option(
    "--changed",
    is_flag=True,
    is_eager=True,
    help="The files are those of a commit: judge the profiles among them and those that name one of them.",
)
@format_option(Part.FINDINGS, Part.SUITES, Part.PAGE)
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
    origin: Path | None,
    fix: bool,
    yes: bool,
    changed: bool,
    form: str,
) -> None:
    """Judge PROFILES (files, directories of them, or - for standard input) and what they would render.

    Kubernetes objects are checked unchanged, as `kustomize build overlay | redismanifests check -` gives them.

    Exits 0 without findings of severity error, 1 with such findings, 2 if a file cannot be read.
    Findings that prevent a check are always reported, selected or not. --fix keeps comments, order and every
    other line; a fix is made only where the finding is then gone and nothing as bad has come.
    """
    from redismanifests.core.findings import Severity
    from redismanifests.core.sources.reading import is_standard_input
    from redismanifests.judge.selection import selection
    from redismanifests.present.documents.findings import findings
    from redismanifests.present.writers import EVERY

    wanted, day = selection(select, ignore), today()
    if yes and not fix:
        raise click.UsageError("--yes answers the question of --fix: use both")
    if fix and not on_screen(form):
        raise click.UsageError(f"--fix talks to people, --format {form} to machines: use one of them")
    if table and not made_of(form, (*EVERY, Part.PAGE)):
        raise click.UsageError(f"--table prints a table, and --format {form} has no place for it")
    given = Given(profiles, changed=changed)
    paths = given.profiles
    if given.objects and (fix or table or deployed is not None or kubeconform):
        raise click.UsageError(
            "--fix, --table, --against and --kubeconform are about profiles, not about objects"
        )
    if (fix or table) and any(map(is_standard_input, paths)):
        raise click.UsageError("--fix and --table need a file, not standard input")
    if origin is not None and not given.objects:
        raise click.UsageError("--profile is about Kubernetes objects, and none were given")
    if deployed is not None and len(paths) > 1:
        raise click.UsageError(f"--against compares one profile with what is deployed, not {len(paths)}")
    there = read_deployed(deployed) if deployed is not None else None
    if fix:
        from redismanifests.cli.manifests import fixing

        for path in paths:
            fixing.fix(path, wanted, limits, day, yes=yes)
        given.data.clear()
    judged = judged_profiles(given, limits, kubeconform, wanted, day, there)
    if given.objects:
        judged += [(name, list(wanted.of(found))) for name, found in judged_objects(given.objects, origin)]
    failing = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    document = findings(judged, repository_path, failing, len(given.objects))
    if table:
        document = with_namespaces(document, "findings", paths, limits)
    show(document, form)
    ctx.exit(exit_code([finding for _, findings in judged for finding in findings], failing))
