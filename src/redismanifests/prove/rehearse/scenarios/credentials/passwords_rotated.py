"""Passwords rotated: every password changes under load, in the three steps that docs/auth.md asks for.

First both are accepted, then all clients use the new one, then the old one is removed.
Each step is a changed Secret and a rollout of both sets, at the same time as after one `kubectl apply`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.change import rolled, with_secret
from redismanifests.prove.rehearse.bench.secret import changing, password, values_of
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

ALSO = ".also"
"""Ending of the key that holds a second password."""


def lacks(objects: Objects) -> str:
    """Whether pods can have two passwords at a time."""
    return "" if changing(objects, ALSO) else "no pod mounts a second password beside one of a Secret"


async def _play(stage: Stage, recovery: Recovery) -> None:
    objects = stage.cluster.site.objects
    old = {name: values_of(objects, name) for name in changing(objects, ALSO)}
    keys = changing(objects, ALSO)
    new = {name: {key: password().encode() for key in keys[name]} for name in keys}
    beside = {
        name: (
            old[name] | {f"{key}{ALSO}": value for key, value in new[name].items()},
            old[name] | new[name] | {f"{key}{ALSO}": old[name][key] for key in keys[name]},
            old[name] | new[name],
        )
        for name in keys
    }
    for number, step in enumerate(
        ("the new ones are let in too", "the new ones are used", "the old ones are gone")
    ):
        changed = stage.cluster.site.objects
        for name, steps in beside.items():
            changed = with_secret(changed, name, steps[number])
        stage.note(f"step {number + 1}: {step}")
        stage.change(rolled(changed, f"step {number + 1}"))
        both = (stage.deployment.redis, stage.deployment.sentinel)
        await asyncio.gather(*(stage.rolled_out(each, each.replicas * recovery.whole()) for each in both))
        await stage.right(recovery.whole())
    for name in keys:
        await _forgotten(stage, old[name])
    await stage.forget_refusals()


async def _forgotten(stage: Stage, old: dict[str, bytes]) -> None:
    """The old passwords are refused for every account."""
    # Scenarios are listed without the optional packages.
    from redis.asyncio import Redis  # noqa: PLC0415
    from redis.exceptions import AuthenticationError  # noqa: PLC0415

    for workload in (stage.deployment.redis, stage.deployment.sentinel):
        for pod in workload.pods:
            client = Redis(
                host=stage.cluster.pods[pod].ip, port=workload.port, **stage.cluster.site.access.transport()
            )
            for user, secret in old.items():
                try:
                    await client.execute_command("AUTH", user, secret)  # type: ignore[no-untyped-call]
                except AuthenticationError:
                    continue
                stage.cluster.site.trouble.append(f"{pod} still lets {user} in with the old password")
            await client.aclose()


SCENARIO = Scenario(
    name="passwords-rotated",
    about="every password of the Secret is changed in three rollouts of both sets, under load",
    play=_play,
    lacks=lacks,
    # The Sentinel that leads a hand-over may be the one that is restarted: then it is a failover like any other.
    outage=Recovery.crash,
)
