"""Charts: what each key of a chart's values means for a profile, a table a chart."""

from __future__ import annotations

from redismanifests.judge.migrate.charts import bitnami, cloudpirates, redis_ha

CHARTS = (bitnami.REDIS, bitnami.VALKEY, redis_ha.REDIS_HA, cloudpirates.REDIS, cloudpirates.VALKEY)
"""Charts that are known; the first of those that fit a values file equally well is taken."""
