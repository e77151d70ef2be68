"""Sentinels rolled: every Sentinel pod is replaced in turn; writes must not notice."""

from __future__ import annotations

from redismanifests.prove.faults import sentinels_rolled
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.toybench import played

SCENARIO = Scenario(
    name="sentinels-rolled",
    about="rollout restart of the Sentinels under load",
    play=played(sentinels_rolled.FAULT),
)
