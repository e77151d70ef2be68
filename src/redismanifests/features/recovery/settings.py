"""Recovery: how soon the deployment must have a master again, and whether it can."""

from __future__ import annotations

from redismanifests.core.setting import Section, setting
from redismanifests.core.values.bounded import Interval
from redismanifests.core.values.duration import Duration


class Recovery(Section):
    """The promise to the users of the deployment."""

    target: Interval = setting(
        Duration.parse("30s"),
        "Longest time without a master after it fails.",
        why="the requirement of the `jewelry-shop` deployment",
    )
