"""Drift: compares a live object with the rendered one, field by field, and names the owner of each difference.

Defaults of the API server, and fields that controllers and GitOps tools write into every object, are no drift.
"""

from redismanifests.prove.drift.comparison import Difference, differences

__all__ = ["Difference", "differences"]
