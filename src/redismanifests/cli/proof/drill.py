"""Drill: break a running deployment on purpose, and measure."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.cli.option import cluster_options, limits_option, profile_argument, reviewed_in
from redismanifests.cli.output import format_option, on_screen, show
from redismanifests.cli.proof.drilling import agreed_master, healthy, played, report_after
from redismanifests.cli.reporting import refuse, report_option
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.profile.formulas.drill import Kind


NOT_HELD = 1
SIGNALS = (signal.SIGINT, signal.SIGTERM)
WAYS = ("kill", "delete", "force-delete")
T = TypeVar("T")


def drill_options(command: Any) -> Any:
    """What every drill takes."""
    for option in (
        format_option(),
        report_option,
        click.option("--print-rbac", is_flag=True, help="Print the Role that this drill needs, and end."),
        click.option("--yes", is_flag=True, help="Do not ask: for pipelines."),
        cluster_options,
        limits_option,
        profile_argument,
    ):
        command = option(command)
    return command


@click.group(name="drill")
def command() -> None:
    """Break a running deployment on purpose, while a pod beside it writes and reads, and measure what that cost.

    Runs only if verify passes and you confirm. Exits 0 within the computed bound and without
    a lost write, 1 if not, 2 if it was refused or could not be done, 130 if it was interrupted.
    """


@command.command(name="failover")
@click.option(
    "--by", "way", type=click.Choice(WAYS), default=WAYS[0], show_default=True, help="How the master ends."
)
@drill_options
@click.pass_context
def failover(ctx: click.Context, /, way: str, **given: Any) -> None:
    """Stop the master of PROFILE, and measure the failover."""
    from redismanifests.profile.formulas.drill import Kind

    _run(ctx, Kind.FAILOVER, _Given(**given), way=way)


@command.command(name="rolling-restart")
@drill_options
@click.pass_context
def rolling_restart(ctx: click.Context, /, **given: Any) -> None:
    """Restart every pod of PROFILE, one at a time."""
    from redismanifests.profile.formulas.drill import Kind

    _run(ctx, Kind.ROLLING_RESTART, _Given(**given))


@command.command(name="sentinel-loss")
@drill_options
@click.pass_context
def sentinel_loss(ctx: click.Context, /, **given: Any) -> None:
    """Stop as many Sentinels of PROFILE as may be lost."""
    from redismanifests.profile.formulas.drill import Kind

    _run(ctx, Kind.SENTINEL_LOSS, _Given(**given))


@command.command(name="drain")
@click.argument("node")
@drill_options
@click.pass_context
def drain(ctx: click.Context, /, node: str, **given: Any) -> None:
    """Evict the pods of PROFILE from NODE, as for maintenance.

    No other pod is touched.
    """
    from redismanifests.profile.formulas.drill import Kind

    _run(ctx, Kind.DRAIN, _Given(**given), node=node)


class _Given(NamedTuple):
    """What every drill is given."""

    profile: Path
    limits: tuple[Path, ...]
    namespace: str | None
    kubeconfig: str
    context: str
    yes: bool
    print_rbac: bool
    reports: tuple[Path, ...]
    form: str


def _run(ctx: click.Context, kind: Kind, given: _Given, *, way: str = "", node: str = "") -> None:
    from redismanifests.prove.drill.plan import Way, plan

    reviewed = reviewed_in(given.profile, given.limits, given.namespace)
    objects = [each.manifest for each in reviewed.rendering.objects]
    name, where = reviewed.profile.name, reviewed.profile.namespace
    if given.print_rbac:
        from redismanifests.present.role import objects_yaml
        from redismanifests.prove.drill.permission import role

        click.echo(objects_yaml(role(objects, where, f"{name}-drill", kind)), nl=False)
        return
    if not given.yes and not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on: pass --yes to confirm")
    refuse(reviewed, given.reports)
    chosen = plan(reviewed.profile, kind, way=Way(way) if way else None, node=node)
    from redismanifests.present.documents.drill import drill
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.drill.play import Ground
    from redismanifests.prove.live.kubectl import Kubectl

    ground = Ground(
        Kubectl.found(where, given.context, given.kubeconfig), reviewed.profile, Desired.of(objects)
    )
    before = healthy(ground, reviewed)
    master = agreed_master(ground, chosen, yes=given.yes, quiet=not on_screen(given.form))
    done = played(ground, chosen, master, quiet=not on_screen(given.form))
    show(drill(done, where, name), given.form)
    if given.reports:
        report_after(reviewed, ground, given.context, given.reports, before, done)
    ctx.exit(0 if done.held else NOT_HELD)
