"""Moving: `migrate status`, `migrate cut` and `migrate back`: a deployment that follows an old master."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import click

from redismanifests.cli.option import cluster_options, duration, limits_option, profile_argument, reviewed_in
from redismanifests.cli.output import format_option, show
from redismanifests.cli.width import say
from redismanifests.errors import INTERRUPTED

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.profile.model import Profile
    from redismanifests.prove.moving.pod import ClusterPod

LEAST_PAUSE_S, MOST_PAUSE_S = 3.0, 120.0


@click.command(name="status")
@profile_argument
@limits_option
@cluster_options
@format_option()
@click.pass_context
def status(ctx: click.Context, /, form: str, **given: Any) -> None:
    """Show how far PROFILE's deployment has come on its move from an old master.

    Exits 0 if a cut may begin or is done, 1 if not, 2 if the cluster cannot be asked.
    """
    from redismanifests.present.moving import moving
    from redismanifests.prove.moving.sides import Phase, facts, obstacles

    profile, pod = _opened(**given)
    found = facts(pod, profile)
    reasons = obstacles(found, profile.redis.replicas)
    show(moving(f"{profile.name} in {profile.namespace}", found, reasons), form)
    over = found.phase in (Phase.CUT, Phase.OVER)
    ctx.exit(0 if over or (found.phase is Phase.FOLLOWING and not reasons) else 1)


@click.command(name="cut")
@profile_argument
@limits_option
@cluster_options
@click.option(
    "--pause",
    metavar="DURATION",
    default="5s",
    show_default=True,
    callback=duration,
    help="The longest time that writes are held; less than down-after of the old side's Sentinels.",
)
def cut(pause: float, **given: Any) -> None:
    """Make PROFILE's deployment the master, in place of the one that it follows.

    Writes are held on the old side, the first pod gets every byte and is promoted, then the old side refuses writes.
    Until the promotion Ctrl-C gives up, and the old side goes on; afterwards the cut is completed.

    Exits 0 if it is done, 1 if it was begun and given up or is not complete, 2 if nothing was done.
    """
    if not LEAST_PAUSE_S <= pause <= MOST_PAUSE_S:
        raise click.UsageError(f"--pause is from {LEAST_PAUSE_S:g}s to {MOST_PAUSE_S:g}s")
    from redismanifests.profile.derived.members import sentinel_workload
    from redismanifests.prove.moving.cut import cut as cut_off

    profile, pod = _opened(**given)
    try:
        done = cut_off(pod, profile, int(pause * 1000), say)
    except KeyboardInterrupt:
        _interrupted(profile, pod)
    if done.pause_ms:
        say(f"writes were held for {done.pause_ms / 1000:.2f} s")
    sentinel = sentinel_workload(profile)
    say(
        f"clients ask {sentinel.client_service}.{profile.namespace}.svc:{sentinel.port} for the master"
        f" {profile.sentinel.master_name} (redismanifests client); it is at {done.master} now"
    )
    say(
        "next: move the clients, scale the old side to 0 (a restart of its master lifts the refusal), and remove"
        " migration from the profile"
    )


@click.command(name="back")
@profile_argument
@limits_option
@cluster_options
def back(**given: Any) -> None:
    """Let the old side of PROFILE's move take writes again.

    Possible as long as no write was taken here since the cut.

    Exits 0 if the old side takes writes, 1 if that was begun and is not complete, 2 if nothing was done.
    """
    from redismanifests.prove.moving.cut import back as go_back

    profile, pod = _opened(**given)
    say(f"next: {go_back(pod, profile, say)}")


STEPS = {each.name: each for each in (status, cut, back)}


def _opened(
    profile: Path, limits: tuple[Path, ...], namespace: str | None, kubeconfig: str, context: str
) -> tuple[Profile, ClusterPod]:
    from redismanifests.errors import RedismanifestsError
    from redismanifests.profile.derived.members import redis_workload
    from redismanifests.prove.live.kubectl import Kubectl
    from redismanifests.prove.moving.pod import ClusterPod

    read = reviewed_in(profile, limits, namespace).profile
    if read.migration is None:
        raise RedismanifestsError(
            "this profile follows no old master", "set migration.from, and apply it (docs/moving.md)"
        )
    kubectl = Kubectl.found(read.namespace, context, kubeconfig)
    return read, ClusterPod(kubectl, redis_workload(read).pods[0])


def _interrupted(profile: Profile, pod: ClusterPod) -> NoReturn:
    """What runs in the pod goes on without us: it is asked to give up, and has the last word."""
    from redismanifests.prove.moving.sides import facts

    say("interrupted: asking the pod to give up", err=True)
    pod.run("stop", limit_s=60)
    if facts(pod, profile).promoted:
        say("it was promoted before: the cut is done; `redismanifests migrate back` undoes it", err=True)
    else:
        say("nothing was changed: the old side goes on", err=True)
    raise SystemExit(INTERRUPTED)
