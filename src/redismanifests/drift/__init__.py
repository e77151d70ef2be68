"""Drift: a live object held against the rendered one, field by field, with who owns what differs.

What the API server completes, and what controllers and GitOps tools write into everybody's objects, is no drift. What
must not come in: how objects are read, kinds that nobody renders.
"""

from redismanifests.drift.comparison import Difference, differences

__all__ = ["Difference", "differences"]
