"""Writer: an application that writes and reads through redis-py's Sentinel client, as a process of its own.

Why: outage and loss are what an application sees, with its library, its time-outs and the cluster's DNS. It appends
one line per try to a journal, and at the end looks up every write that was acknowledged.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from redis import Redis, Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from redismanifests.core.steady import steady_now
from redismanifests.prove.rehearse.bench.entry import Entry

_COUNTER = "counter"
_PAUSE_S = 0.012
"""Between two tries: 60 to 80 writes a second, enough to time an outage to a few hundredths."""
_READ_PAUSE_S = 0.1
_LOOK_UP_LIMIT_S = 60.0
_BATCH = 500
_SOCKET_TIMEOUT_S = 1.0


def _client(host: str, port: int, master: str, access: Entry) -> Redis:
    settings: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": _SOCKET_TIMEOUT_S,
        # redis-py waits 5 s by itself for a pod that is gone; that would be the longest part of a hand-over.
        "socket_connect_timeout": _SOCKET_TIMEOUT_S,
        "decode_responses": True,
    }
    sentinel: Any = Sentinel(  # type: ignore[no-untyped-call]
        [(host, port)],
        sentinel_kwargs=settings | access.options(named=True, sentinel=True),
        **settings,
        **access.options(named=access.named),
    )
    client: Redis = sentinel.master_for(master)
    return client


class _Application:
    def __init__(self, host: str, port: int, master: str, journal: Path, access: Entry) -> None:
        self.client = _client(host, port, master, access)
        self.reader = _client(host, port, master, access)
        self.key = access.written
        self.journal = journal.open("a", encoding="utf-8")
        self.acknowledged: list[int] = []
        # A plain flag: the handler of SIGTERM runs in the thread that waits, and there an Event can wait for itself.
        self.over = False
        self._line = threading.Lock()

    def note(self, **fields: Any) -> None:
        with self._line:
            self.journal.write(json.dumps(fields) + "\n")
            self.journal.flush()

    def write(self) -> None:
        number = 0
        while not self.over:
            number += 1
            began, problem = steady_now(), ""
            try:
                # One command, so that counter and record are one write.
                self.client.mset({self.key(number): number, self.key(_COUNTER): number})
                self.acknowledged.append(number)
            except (RedisError, OSError) as error:
                problem = f"{type(error).__name__}: {error}"
            self.note(kind="write", number=number, began=began, ended=steady_now(), problem=problem)
            time.sleep(_PAUSE_S)

    def read(self) -> None:
        while not self.over:
            time.sleep(_READ_PAUSE_S)
            floor = self.acknowledged[-1] if self.acknowledged else 0
            try:
                # In one transaction, so that it is the role of the very moment of the answer.
                asking = self.reader.pipeline()
                asking.get(self.key(_COUNTER))
                asking.role()
                counter, role = asking.execute()
            except (RedisError, OSError):
                continue
            seen = int(counter or 0)
            if seen < floor:
                self.note(kind="stale", at=steady_now(), seen=seen, floor=floor, role=role[0])

    def stop(self, *_: object) -> None:
        self.over = True

    def look_up(self) -> None:
        until = time.monotonic() + _LOOK_UP_LIMIT_S
        lost: list[int] = []
        for start in range(0, len(self.acknowledged), _BATCH):
            numbers = self.acknowledged[start : start + _BATCH]
            while True:
                try:
                    values: Any = self.client.mget([self.key(number) for number in numbers])
                    break
                except (RedisError, OSError):
                    if time.monotonic() > until:
                        self.note(
                            kind="end", problem="no master answered the look-up", lost=[], acknowledged=0
                        )
                        return
                    time.sleep(0.2)
            lost += [number for number, value in zip(numbers, values, strict=True) if value is None]
        self.note(kind="end", problem="", lost=lost, acknowledged=len(self.acknowledged))


def main() -> None:
    """``writer HOST PORT MASTER JOURNAL ACCESS``: write until SIGTERM, then look everything up."""
    host, port, master, journal, access = sys.argv[1:]
    application = _Application(host, int(port), master, Path(journal), Entry(Path(access)))
    signal.signal(signal.SIGTERM, application.stop)
    threading.Thread(target=application.read, daemon=True).start()
    application.write()
    application.look_up()


if __name__ == "__main__":
    main()
