"""Move application: writes through Sentinel to the side that takes writes, old or new, in a pod of its own.

``move_application JOURNAL NAMING SIDE SIDE``: a side is a JSON list of the Sentinels' host and port, the master's name
and the folder with the login. It begins with the first side, and changes to the second one when the first one refuses a
write, and back whenever that one fails: as if its settings were changed at the very moment of the cut. SIGTERM ends it;
then every acknowledged write is looked up.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

from redis import Redis, Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from redismanifests.core.steady import steady_now
from redismanifests.prove.rehearse.bench.entry import Entry

_PAUSE_S = 0.012
_TIMEOUT_S = 5.0
"""A write that is held for the cut is waited for."""
_REFUSED = "NOREPLICAS"
_BATCH = 500
_LOOK_UP_LIMIT_S = 60.0


def _client(host: str, port: int, master: str, folder: str) -> Redis:
    access = Entry(Path(folder))
    settings: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": _TIMEOUT_S,
        "socket_connect_timeout": 1.0,
        "decode_responses": True,
    }
    sentinel: Any = Sentinel(  # type: ignore[no-untyped-call]
        [(host, port)],
        sentinel_kwargs=settings | {"socket_timeout": 1.0} | access.options(sentinel=True),
        **settings,
        **access.options(),
    )
    client: Redis = sentinel.master_for(master)
    return client


class _Application:
    def __init__(self, journal: str, naming: str, sides: list[str]) -> None:
        self.sides = [_client(*json.loads(side)) for side in sides]
        self.key = Entry(Path(naming)).written
        self.journal = Path(journal).open("a", encoding="utf-8")  # noqa: SIM115 (open as long as it runs)
        self.side = 0
        self.acknowledged: list[int] = []
        self.over = False

    def note(self, **fields: Any) -> None:
        self.journal.write(json.dumps(fields) + "\n")
        self.journal.flush()

    def write(self) -> None:
        number = 0
        while not self.over:
            number += 1
            began, problem, side = steady_now(), "", self.side
            try:
                self.sides[side].set(self.key(number), number)
                self.acknowledged.append(number)
            except (RedisError, OSError) as error:
                problem = f"{type(error).__name__}: {error}"
                # What is held for too long is no refusal.
                self.side = 1 if side == 0 and _REFUSED in problem else 0
            self.note(
                kind="write", number=number, began=began, ended=steady_now(), problem=problem, side=side
            )
            time.sleep(_PAUSE_S)

    def look_up(self) -> None:
        """On the side that took the last write."""
        until = time.monotonic() + _LOOK_UP_LIMIT_S
        lost: list[int] = []
        for start in range(0, len(self.acknowledged), _BATCH):
            numbers = self.acknowledged[start : start + _BATCH]
            while True:
                try:
                    values: Any = self.sides[self.side].mget([self.key(number) for number in numbers])
                    break
                except (RedisError, OSError) as error:
                    if time.monotonic() > until:
                        self.note(kind="end", problem=f"no look-up: {error}", lost=[], side=self.side)
                        return
                    time.sleep(0.2)
            lost += [number for number, value in zip(numbers, values, strict=True) if value is None]
        self.note(kind="end", problem="", lost=lost, side=self.side)


def main() -> None:
    """Write until SIGTERM."""
    journal, naming, *sides = sys.argv[1:]
    application = _Application(journal, naming, sides)

    def stop(*_: object) -> None:
        application.over = True

    signal.signal(signal.SIGTERM, stop)
    application.write()
    application.look_up()


if __name__ == "__main__":
    main()
