"""Lost all: everything is destroyed, and the deployment is applied again on new volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects


async def start_over(stage: Stage, objects: Objects, note: str) -> None:
    """Kill -9 of every process, lose every volume, and apply ``objects``; no pod starts in between."""
    both = (stage.deployment.redis, stage.deployment.sentinel)
    for workload in both:
        stage.hold(workload, set(range(workload.replicas)))
    await stage.lose_power()
    stage.destroyed_at = steady_now()
    for workload in both:
        for ordinal in range(workload.replicas):
            stage.volumes.lose(workload, ordinal)
    stage.note(note)
    stage.change(objects)
    for workload in both:
        stage.hold(workload, set())
