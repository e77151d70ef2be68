"""Drilling: the steps of a drill as a person sees them: checked, agreed to, done, reported."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.cli.output import show
from redismanifests.cli.reporting import write
from redismanifests.cli.screen import Screen
from redismanifests.errors import INTERRUPTED, RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from redismanifests.judge.review import Review
    from redismanifests.prove.drill.plan import Plan
    from redismanifests.prove.drill.play import Ground
    from redismanifests.prove.result.drill import Drill
    from redismanifests.prove.result.observation import Observation

SIGNALS = (signal.SIGINT, signal.SIGTERM)
WAYS = ("kill", "delete", "force-delete")
T = TypeVar("T")


def report_after(
    reviewed: Review,
    ground: Ground,
    context: str,
    reports: tuple[Path, ...],
    before: Observation,
    done: Drill,
) -> None:
    """The report of the deployment as it is after the drill, with the drill in it.

    Of restarts it says what was seen before, because the drill itself may have made one.
    """
    from redismanifests.prove.checks.cluster.controllers import nothing_restarted
    from redismanifests.prove.checks.index import ALL_PROBES
    from redismanifests.prove.result.observation import Subject, SubjectKind
    from redismanifests.prove.verification.asking import Progress, of_cluster

    asking = Progress()
    with Screen(asking.lines):
        after = interruptible(of_cluster(ground.kubectl, ground.desired, ALL_PROBES, asking))
    restarts = {each.code: each for each in before.outcomes if each.code == nothing_restarted.code}
    seen = replace(after, outcomes=tuple(restarts.get(each.code, each) for each in after.outcomes))
    subject = Subject(SubjectKind.CLUSTER, context or "the current context", ground.kubectl.namespace)
    write(reviewed, reports, subject, seen, [done])


def healthy(ground: Ground, reviewed: Review) -> Observation:
    """What was seen, where nothing of it forbids a drill; raises otherwise. A restart of the last hour forbids none."""
    from redismanifests.prove.checks.cluster.controllers import nothing_restarted
    from redismanifests.prove.checks.index import ALL_PROBES
    from redismanifests.prove.drill.play import allowed
    from redismanifests.prove.verification.asking import Progress, of_cluster

    asking = Progress()

    async def look() -> Observation:
        await allowed(ground)
        return await of_cluster(ground.kubectl, ground.desired, ALL_PROBES, asking)

    with Screen(asking.lines):
        seen = interruptible(look())
    judged = replace(
        seen, outcomes=tuple(each for each in seen.outcomes if each.code != nothing_restarted.code)
    )
    if judged.verdict().code:
        from redismanifests.present.documents.observation import observation
        from redismanifests.prove.verification.target import Expected

        expected = Expected(ground.profile.name, ground.profile.namespace, (), reviewed)
        show(observation(judged, expected), err=True)
        raise RedismanifestsError(
            "the deployment is not healthy, so nothing was done", "fix what is wrong, then drill"
        )
    return seen


def agreed_master(ground: Ground, chosen: Plan, *, yes: bool, quiet: bool) -> str:
    """The master, after a person said yes; raises where not."""
    from redismanifests.prove.drill.plan import blast_lines
    from redismanifests.prove.drill.play import blast

    hit = interruptible(blast(ground, chosen))
    for line in blast_lines(ground.profile, chosen, hit):
        click.echo(line, err=quiet)
    # Not abort=True: a no is an answer, and no interrupt.
    if not (yes or click.confirm("Do it?", err=quiet)):
        raise RedismanifestsError("you said no, so nothing was done", "say yes, or give --yes")
    return hit.master


def played(ground: Ground, chosen: Plan, master: str, *, quiet: bool) -> Drill:
    """Play the drill while the terminal shows it."""
    from redismanifests.prove.drill.play import Progress, play

    progress = Progress()
    with Screen(progress.lines) as screen:

        def tell(text: str) -> None:
            if not quiet:
                screen.say(f"  {text}")

        return interruptible(play(ground, chosen, master, tell, progress))


def interruptible(work: Coroutine[Any, Any, T]) -> T:
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
