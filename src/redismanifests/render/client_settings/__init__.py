"""Client: what an application must set to live through a failover of this deployment.

Every decision is made here, by library: which addresses, which time-outs, for how long to try again, what to beware of.
"""

from __future__ import annotations

from redismanifests.render.client_settings.settings import Client, client

__all__ = ["Client", "client"]
