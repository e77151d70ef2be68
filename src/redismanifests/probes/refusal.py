"""Refusal: were our own parts turned away?

A right that is missing shows in ACL LOG long before it shows in a failover. What must not come in: what applications
were refused (that is theirs to know), who has which rights (facts/credentials.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.probes.look import groups
from redismanifests.probes.probe import probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.probes.look import Look


@probe("PB080")
async def our_parts_are_never_refused(look: Look) -> AsyncIterator[str]:
    """Where each part has an account of its own, no Redis and no Sentinel has refused one of them anything."""
    own = {value for name, value in look.desired.settings.items() if name.endswith("_USER")} - {"default"}
    look.note("", "settings.sh", ", ".join(sorted(own)) or "no part has an account of its own")
    for workload in (look.desired.redis, look.desired.sentinel) if own else ():
        for pod in workload.pods:
            answer = await look.run(workload, pod, *look.desired.asking(workload), "ACL", "LOG")
            for entry in groups(answer.output.replace("\r", ""), "count"):
                if entry.get("username") in own:
                    yield (
                        f"{pod} refused {entry['username']} {entry['count']} times: {entry.get('reason')} "
                        f"{entry.get('object')}"
                    )
