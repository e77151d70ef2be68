"""Platform: the kind of cluster, if the cluster assigns what the profile sets elsewhere.

Out of scope: what the annotations of a namespace allow (namespace_identity.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived.platform import assigns_ids, fixed_ids_written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM262", Severity.WARNING)
def fixed_id_on_openshift(profile: Profile) -> Iterator[Fault]:
    """A user or a group is set, but the platform assigns both: the setting is not rendered.

    With `platform: openshift` every container gets its user from the range of its namespace, and volumes get the group
    of the namespace. A fixed id outside of that range would be refused.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    platform: openshift
    redis:
      user: 1001
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    platform: openshift
    ```
    Source: https://docs.okd.io/latest/authentication/managing-security-context-constraints.html; docs/openshift.md.
    """
    if assigns_ids(profile):
        for path in fixed_ids_written(profile):
            yield Fault(
                path=path,
                fact=f"OpenShift assigns the {path[-1]}: {getattr(profile.redis, str(path[-1]))} is not rendered",
                fix=f"remove {'.'.join(map(str, path))}",
            )
