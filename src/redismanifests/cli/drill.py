"""Drill: break a running deployment on purpose, and measure."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.cli.option import cluster_options, format_option, limits_option, reviewed_in
from redismanifests.cli.reporting import refuse, report_option, write
from redismanifests.cli.screen import Screen
from redismanifests.errors import RedismanifestsError
from redismanifests.facts.drill import Kind

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from redismanifests.drills.plan import Plan
    from redismanifests.drills.play import Ground
    from redismanifests.drills.result import Drill
    from redismanifests.review import Review
    from redismanifests.verify.seen import Seen

NOT_HELD, TROUBLE, INTERRUPTED = 1, 2, 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)
WAYS = ("kill", "delete", "force-delete")
T = TypeVar("T")


def drill_options(command: Any) -> Any:
    """What every drill takes."""
    for option in (
        format_option("text", "json"),
        report_option,
        click.option("--print-rbac", is_flag=True, help="Print the Role that this drill needs, and end."),
        click.option("--yes", is_flag=True, help="Do not ask: for pipelines."),
        cluster_options,
        limits_option,
        click.argument("profile", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@click.group(name="drill")
def command() -> None:
    """Break what runs on purpose, while a pod beside it writes and reads, and measure what that cost.

    Nothing is done unless verify finds nothing wrong, and without a yes. Exits 0 within the computed bound and without
    a lost write, 1 if not, 2 if it was refused or could not be done, 130 if it was interrupted.
    """


@command.command(name="failover")
@click.option(
    "--by", "way", type=click.Choice(WAYS), default=WAYS[0], show_default=True, help="How the master ends."
)
@drill_options
@click.pass_context
def failover(ctx: click.Context, /, way: str, **given: Any) -> None:
    """End the master of PROFILE's deployment, and see another one take over."""
    _run(ctx, Kind.FAILOVER, way=way, **given)


@command.command(name="rolling-restart")
@drill_options
@click.pass_context
def rolling_restart(ctx: click.Context, /, **given: Any) -> None:
    """Make every pod of PROFILE's deployment anew, one after the other."""
    _run(ctx, Kind.ROLLING_RESTART, **given)


@command.command(name="sentinel-loss")
@drill_options
@click.pass_context
def sentinel_loss(ctx: click.Context, /, **given: Any) -> None:
    """End as many Sentinels of PROFILE's deployment as may be lost."""
    _run(ctx, Kind.SENTINEL_LOSS, **given)


@command.command(name="drain")
@click.argument("node")
@drill_options
@click.pass_context
def drain(ctx: click.Context, /, node: str, **given: Any) -> None:
    """Evict the pods of PROFILE's deployment from NODE, as for its maintenance. No other pod is touched."""
    _run(ctx, Kind.DRAIN, node=node, **given)


def _run(
    ctx: click.Context,
    kind: Kind,
    *,
    profile: Path,
    limits: tuple[Path, ...],
    namespace: str | None,
    kubeconfig: str,
    context: str,
    yes: bool,
    print_rbac: bool,
    reports: tuple[Path, ...],
    form: str,
    way: str = "",
    node: str = "",
) -> None:
    from redismanifests.drills.plan import Way, plan

    reviewed = reviewed_in(profile, limits, namespace)
    objects = [each.manifest for each in reviewed.rendering.objects]
    name, where = reviewed.profile.name, reviewed.profile.namespace
    if print_rbac:
        from redismanifests.drills.permission import role
        from redismanifests.report.verify.role import objects_yaml

        click.echo(objects_yaml(role(objects, where, f"{name}-drill", kind)), nl=False)
        return
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("nobody is here to be asked: --yes says that it may be done")
    refuse(reviewed, reports)
    chosen = plan(reviewed.profile, kind, way=Way(way) if way else None, node=node)
    from redismanifests.drills.play import Ground
    from redismanifests.live.kubectl import Kubectl
    from redismanifests.probes.desired import Desired

    ground = Ground(Kubectl.found(where, context, kubeconfig), reviewed.profile, Desired.of(objects))
    before = _well(ground, profile)
    master = _agreed_to(ground, chosen, yes=yes, quiet=form == "json")
    done = _played(ground, chosen, master, quiet=form == "json")
    click.echo(_shown(done, ground, form), nl=False)
    if reports:
        _reported(reviewed, ground, context, reports, before, done)
    ctx.exit(0 if done.held else NOT_HELD)


def _reported(
    reviewed: Review, ground: Ground, context: str, reports: tuple[Path, ...], before: Seen, done: Drill
) -> None:
    """The report of the deployment as it is after the drill, with the drill in it.

    Of restarts it says what was seen before, because the drill itself may have made one.
    """
    from redismanifests.probes.controllers import nothing_restarted
    from redismanifests.probes.index import ALL_PROBES
    from redismanifests.verification import Subject, SubjectKind
    from redismanifests.verify.asking import Progress, of_cluster

    asking = Progress()
    with Screen(asking.lines):
        after = _interruptible(of_cluster(ground.kubectl, ground.desired, ALL_PROBES, asking))
    restarts = {each.code: each for each in before.outcomes if each.code == nothing_restarted.code}
    seen = replace(after, outcomes=tuple(restarts.get(each.code, each) for each in after.outcomes))
    subject = Subject(SubjectKind.CLUSTER, context or "the current context", ground.kubectl.namespace)
    write(reviewed, reports, subject, seen, [done])


def _well(ground: Ground, profile: Path) -> Seen:
    """What was seen, where nothing of it forbids a drill; raises otherwise. A restart of the last hour forbids none."""
    from redismanifests.drills.play import allowed
    from redismanifests.probes.controllers import nothing_restarted
    from redismanifests.probes.index import ALL_PROBES
    from redismanifests.verify.asking import Progress, of_cluster

    asking = Progress()

    async def look() -> Seen:
        await allowed(ground)
        return await of_cluster(ground.kubectl, ground.desired, ALL_PROBES, asking)

    with Screen(asking.lines):
        seen = _interruptible(look())
    judged = replace(
        seen, outcomes=tuple(each for each in seen.outcomes if each.code != nothing_restarted.code)
    )
    if judged.code():
        from redismanifests.report.verify.text import seen_text

        words = {
            "NAMESPACE": ground.profile.namespace,
            "DEPLOYMENT": ground.profile.name,
            "PROFILE": str(profile),
        }
        click.echo(seen_text(judged, words, strict=False, colour=sys.stderr.isatty()), err=True, nl=False)
        raise RedismanifestsError(
            "the deployment is not well, so nothing was done", "mend what is wrong, then drill"
        )
    return seen


def _agreed_to(ground: Ground, chosen: Plan, *, yes: bool, quiet: bool) -> str:
    """The master, after a person said yes; raises where not."""
    from redismanifests.drills.plan import blast_lines
    from redismanifests.drills.play import blast

    hit = _interruptible(blast(ground, chosen))
    for line in blast_lines(ground.profile, chosen, hit):
        click.echo(line, err=quiet)
    # Not abort=True: a no is an answer, and no interrupt.
    if not (yes or click.confirm("Do it?", err=quiet)):
        raise RedismanifestsError("you said no, so nothing was done", "say yes, or give --yes")
    return hit.master


def _played(ground: Ground, chosen: Plan, master: str, *, quiet: bool) -> Drill:
    from redismanifests.drills.play import Progress, play

    progress = Progress()
    with Screen(progress.lines) as screen:

        def tell(text: str) -> None:
            if not quiet:
                screen.say(f"  {text}")

        return _interruptible(play(ground, chosen, master, tell, progress))


def _interruptible(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; SIGINT and SIGTERM cancel it, so that what it made is removed, and end with 130."""

    import asyncio

    async def watched() -> T:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()

        def stop() -> None:
            # Only once: a second interrupt must not end the removal of what was made.
            for number in SIGNALS:
                loop.add_signal_handler(number, lambda: None)
            task.cancel()

        for number in SIGNALS:
            loop.add_signal_handler(number, stop)
        return await task

    try:
        return asyncio.run(watched())
    except asyncio.CancelledError:
        click.echo("interrupted; what the drill made was removed", err=True)
        sys.stdout.flush()
        sys.exit(INTERRUPTED)


def _shown(done: Drill, ground: Ground, form: str) -> str:
    if form == "json":
        from redismanifests.report.drill import drill_json

        return drill_json(done)
    from redismanifests.report.drill import drill_text

    return drill_text(done, ground.profile.namespace, ground.profile.name, colour=sys.stdout.isatty())
