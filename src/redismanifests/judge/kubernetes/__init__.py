"""Kubernetes: validates objects by the schemas in the package, and by kubeconform.

`judge` validates one parsed object in this process; `kubeconform` runs the tool of that name with the same schemas.
"""

from redismanifests.judge.kubernetes.judge import violations
from redismanifests.judge.kubernetes.pool import supported_versions
from redismanifests.judge.kubernetes.violation import Violation

__all__ = ["Violation", "supported_versions", "violations"]
