"""Charts: what each key of a chart's values means for a profile, a table a chart."""

from __future__ import annotations

from redismanifests.judge.migrate.charts import bitnami, cloudpirates, redis_ha

CHARTS = (bitnami.REDIS, bitnami.VALKEY, redis_ha.REDIS_HA, cloudpirates.REDIS, cloudpirates.VALKEY)
"""Charts that are known; the first of those that fit a values file equally well is taken."""
_NEAR = 0.8
"""How alike the name of a chart must be to be suggested, as difflib counts."""


def did_you_mean(name: str) -> str:
    """The option with the chart that was probably meant; empty where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 (only where a name is wrong)

    known = {each: chart.name for chart in CHARTS for each in (chart.name, chart.name.rpartition("/")[2])}
    near = get_close_matches(name, known, n=1, cutoff=_NEAR)
    return f"did you mean --chart {known[near[0]]}?" if near else ""
