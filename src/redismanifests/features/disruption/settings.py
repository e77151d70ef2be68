"""Disruption: how many pods a drain may take at once."""

from __future__ import annotations

from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.core.values.bounded import Flag, Whole


class RedisBudget(Section):
    """The budget of the data pods."""

    enabled: Flag = setting(
        True, "Whether a PodDisruptionBudget is rendered.", why="drains do not ask otherwise"
    )
    max_unavailable: Whole = setting(
        1,
        "Pods that may be missing at once.",
        ge=1,
        le=9,
        why="one hand-over at a time; zero would block every drain",
    )


class SentinelBudget(Section):
    """The budget of the Sentinels."""

    enabled: Flag = setting(
        True, "Whether a PodDisruptionBudget is rendered.", why="drains do not ask otherwise"
    )
    max_unavailable: Whole = computed(
        "Pods that may be missing at once.",
        why="as many as leave a majority that can elect",
        ge=1,
        le=9,
    )


class Disruption(Section):
    """PodDisruptionBudgets."""

    redis: RedisBudget = section(RedisBudget, "The data pods.")
    sentinel: SentinelBudget = section(SentinelBudget, "The Sentinels.")
