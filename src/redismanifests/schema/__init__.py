"""Schema: is it legal Kubernetes? The schemas that travel with the package, and the door to kubeconform.

`violations` judges one parsed object in this process; `schema.kubeconform` lets the real tool judge the
same files by the same schemas. What must not come in: rules of our own (a schema is Kubernetes' word),
printing, the network.
"""

from redismanifests.schema.judge import violations
from redismanifests.schema.pool import supported_versions
from redismanifests.schema.violation import Violation

__all__ = ["Violation", "supported_versions", "violations"]
