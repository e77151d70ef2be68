"""Verify: run all live checks of a deployment, and report failed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from redismanifests.cli.option import cluster_options, limits_option, profile_argument
from redismanifests.cli.output import format_option, on_screen, show
from redismanifests.cli.paths import read_deployed
from redismanifests.cli.proof.opening import (
    expected_of,
    refuse_mixed,
    rehearsal_of,
    target_options,
    watching,
)
from redismanifests.cli.reporting import drill_options, drills_of, refuse, report_option, write
from redismanifests.cli.screen import Screen
from redismanifests.present.writers import Part

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="verify")
@profile_argument
@limits_option
@cluster_options
@target_options
@click.option(
    "--select",
    multiple=True,
    metavar="CODE",
    help="Run only this check: code, name, or beginning of codes (PB1).",
)
@click.option("--strict", is_flag=True, help="What could not be verified counts as failed.")
@click.option("--evidence", is_flag=True, help="Show also what passed, with everything that was said.")
@click.option(
    "--secrets",
    "with_secrets",
    is_flag=True,
    help="Read also which keys the Secrets have that the pods mount; values are never asked for.",
)
@click.option(
    "--prometheus",
    metavar="URL",
    default="",
    callback=watching,
    help="Ask this Prometheus, too: are alerts loaded, all pods scraped, dashboards found?",
)
@click.option(
    "--print-rbac", is_flag=True, help="Print the Role that verify needs, with its RoleBinding, and end."
)
@report_option
@drill_options
@format_option(Part.SUITES)
@click.pass_context
def command(
    ctx: click.Context,
    profile: Path,
    limits: tuple[Path, ...],
    namespace: str | None,
    kubeconfig: str,
    context: str,
    dumps: tuple[str, ...],
    rehearse: bool,
    redis_server: str | None,
    watch: bool,
    limit_s: float,
    select: tuple[str, ...],
    strict: bool,
    evidence: bool,
    with_secrets: bool,
    prometheus: str,
    print_rbac: bool,
    reports: tuple[Path, ...],
    drilled: tuple[Path, ...],
    kinds: tuple[str, ...],
    form: str,
) -> None:
    """Compare a running deployment with PROFILE: its objects, pods, Redis and Sentinels.

    PROFILE may also be a file or folder of any manifests. Nothing is changed but one key of its own,
    which is written, read back and removed.

    Exits 0 if all that was seen is right and what decides was seen, 1 if not, 2 if it could not be looked at, or a
    permission is missing.
    """
    from redismanifests.profile.formulas.drill import Kind

    if sum((bool(dumps), rehearse, bool(context or kubeconfig))) > 1:
        raise click.UsageError("look at a cluster, at a --dump, or --rehearse: choose one")
    refuse_mixed(
        secrets=with_secrets, watch=watch, prometheus=bool(prometheus), dump=bool(dumps), rehearse=rehearse
    )
    expected = expected_of(profile, limits, namespace)
    if print_rbac:
        from redismanifests.present.role import objects_yaml

        click.echo(objects_yaml(expected.role(with_secrets=with_secrets)), nl=False)
        return
    if kinds and not rehearse:
        raise click.UsageError("--drill breaks a rehearsal: use --rehearse, or `drill` for a cluster")
    refuse(expected.reviewed, reports)
    drills = drills_of(drilled)
    from redismanifests.present.documents.drill import drills as told
    from redismanifests.present.documents.observation import Asked, observation
    from redismanifests.prove.verification import target
    from redismanifests.prove.verification.asking import Progress

    try:
        probes = target.selected(select, prometheus=bool(prometheus))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    opened: target.Target
    if rehearse:
        with rehearsal_of(f"{expected.name}: starting on this machine", redis_server) as opened:
            seen, subject = opened.observe(expected, probes)
        for kind in map(Kind, kinds):
            with rehearsal_of(f"{expected.name}: drill {kind} on this machine", redis_server) as rehearsal:
                drills.append(rehearsal.drill(expected, kind))
    elif dumps:
        objects = tuple(each for given in dumps for each in read_deployed(given).objects)
        seen, subject = target.DumpTarget(objects, dumps, prometheus).observe(expected, probes)
    else:
        progress, limit = Progress(), limit_s if watch else None
        opened = target.ClusterTarget(context, kubeconfig, progress, limit, strict, with_secrets, prometheus)
        with Screen(progress.lines):
            seen, subject = opened.observe(expected, probes)
    show(observation(seen, expected, subject, Asked(strict, evidence)), form)
    if on_screen(form):
        show(told(drills))
    write(expected.reviewed, reports, subject, seen, drills)
    for refusal in seen.refused:
        from redismanifests.cli.output import show_trouble
        from redismanifests.prove.live.trouble import ForbiddenError

        show_trouble(ForbiddenError(refusal))
    ctx.exit(seen.verdict(drills, strict=strict).code)
