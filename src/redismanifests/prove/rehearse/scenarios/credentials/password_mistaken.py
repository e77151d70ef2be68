"""Password mistaken: every password changes in one step, so that no two pods know the same ones; then it is undone.

The first pod of each set that starts again is let in nowhere. It must wait there, and all others go on as before.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.change import rolled, with_secret
from redismanifests.prove.rehearse.bench.secret import changing, password, values_of
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.credentials.passwords_rotated import ALSO, lacks

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_LEFT_ALONE_S = 45.0
"""A rollout that goes on would have replaced all three Sentinels by then."""


async def _play(stage: Stage, recovery: Recovery) -> None:
    before: Objects = stage.cluster.site.objects
    both = (stage.deployment.redis, stage.deployment.sentinel)
    kept = {pod: stage.cluster.pods[pod] for each in both for pod in each.pods[:-1]}
    changed = before
    for name, keys in changing(before, ALSO).items():
        changed = with_secret(changed, name, {key: password().encode() for key in keys})
    stage.note("every password is another one, in one step")
    # The application still has the old one: it was not updated.
    stage.change(rolled(changed, "mistake"), told=False)
    await asyncio.sleep(_LEFT_ALONE_S)
    for pod, was in kept.items():
        if stage.cluster.pods.get(pod) is not was:
            stage.cluster.site.trouble.append(f"the rollout of a mistake went on to {pod}")
    stage.note("the old passwords are back")
    undone = before
    for name in changing(before, ALSO):
        undone = with_secret(undone, name, values_of(before, name))
    stage.change(rolled(undone, "undone"))
    await asyncio.gather(*(stage.rolled_out(each, each.replicas * recovery.whole()) for each in both))
    await stage.forget_refusals()


SCENARIO = Scenario(
    name="password-mistaken",
    about="every password is changed in one step: the rollout must stop at its first pods; then it is undone",
    play=_play,
    lacks=lacks,
    outage=Recovery.crash,
)
