"""Scrape: time-outs of a scrape, from its interval alone, so that a server that hangs is reported and not only missing.

The exporter must give up before Prometheus does. Otherwise `redis_up` is absent instead of 0: measured with the
exporter's own 15 s and the 10 s of Prometheus.
"""

from __future__ import annotations

from redismanifests.core.values.duration import Duration

MIN_INTERVAL = Duration.parse("5s")
"""A third of it is left for the exporter, which counts in whole seconds."""
MAX_INTERVAL = Duration.parse("1m")
"""Prometheus forgets a series after five minutes without a sample; the shortest window here holds four scrapes."""


def scrape_timeout_s(interval: Duration) -> int:
    """Seconds after which Prometheus gives up: two thirds of the interval."""
    return interval.milliseconds * 2 // 3000


def exporter_timeout_s(interval: Duration) -> int:
    """Seconds after which the exporter gives up on its server: a third of the interval."""
    return interval.milliseconds // 3000
