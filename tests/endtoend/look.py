"""Look: what every Redis and every Sentinel says of the topology, twice a second, one line a look.

Runs in a pod of the cluster, so this file stands alone: ``look.py MASTER REDIS... -- SENTINEL...``, each HOST:PORT.
A line: when, and for every member its facts, nothing where it does not answer; of a Sentinel also the address that it
hands out to clients.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

_PERIOD_S = 0.5
_LIMIT_S = 0.7
_REDIS = ("role", "connected_slaves", "master_host", "master_link_status", "master_replid", "run_id")
_SENTINEL = ("ip", "flags", "runid", "num-slaves", "num-other-sentinels")


def _ask(member: tuple[str, str]) -> dict[str, Any]:
    at, master = member
    host, port = at.rsplit(":", 1)
    client: Any = Redis(
        host, int(port), socket_timeout=_LIMIT_S, socket_connect_timeout=_LIMIT_S, decode_responses=True
    )
    try:
        if not master:
            said = client.info()
            return {name: str(said[name]) for name in _REDIS if name in said}
        said = client.execute_command("SENTINEL MASTER", master)
        # Older clients give the flat list, newer ones a mapping with a flag of their own for every flag.
        fields = said if isinstance(said, dict) else dict(zip(said[::2], said[1::2], strict=True))
        known = {name: str(fields[name]) for name in _SENTINEL if name in fields}
        handed = client.execute_command("SENTINEL GET-MASTER-ADDR-BY-NAME", master)
        return {**known, "handed": str(handed[0])} if handed else known
    except (RedisError, OSError):
        return {}
    finally:
        client.close()


def main() -> None:
    """Look until killed."""
    master, *members = sys.argv[1:]
    redis = [(at, "") for at in members[: members.index("--")]]
    sentinels = [(at, master) for at in members[members.index("--") + 1 :]]
    with ThreadPoolExecutor(len(members)) as pool:
        while True:
            began = time.time()
            said = list(pool.map(_ask, redis + sentinels))
            line = {"at": began, "redis": said[: len(redis)], "sentinels": said[len(redis) :]}
            print(json.dumps(line), flush=True)
            time.sleep(max(0.0, began + _PERIOD_S - time.time()))


if __name__ == "__main__":
    main()
