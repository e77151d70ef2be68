"""Client: what an application must set to live through a failover of this deployment.

Every decision is made here, by library: which addresses, which time-outs, for how long to try again, what to beware of.
What must not come in: how it is laid out (templates/client), and a password: only where the application finds it.
"""

from __future__ import annotations

from redismanifests.client.settings import Client, client

__all__ = ["Client", "client"]
