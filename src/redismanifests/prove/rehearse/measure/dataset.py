"""Dataset: keys of several types and databases, there before the application writes and counted at the end.

Why: an application that counts its own writes is content with an emptied database. A key counts as kept if its type,
its value and the moment at which it expires are what was loaded.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from redis.asyncio import Redis

    from redismanifests.prove.rehearse.bench.access import Access

KEYS = 5000
"""Small ones, below a megabyte in all: they fit where anything does, so that no cache has to drop one."""
_BATCH = 500
"""Commands in one go: a Redis that is slow on purpose must still answer within the time-out."""
_ANSWER_LIMIT_S = 5.0
_LASTS_S = 86400
"""Keys that expire do so after the end of every rehearsal."""
_OTHER = 1
"""The number of the second database."""


class _Kind(NamedTuple):
    """One type of key: the commands that write it and read it back, and what then comes."""

    name: str
    keys: int
    write: Callable[[Any, str, int, int], Any]
    """Of a pipeline, a key, its number, and the moment at which keys expire, in milliseconds since 1970."""
    read: tuple[Callable[[Any, str], Any], ...]
    expected: Callable[[int, int], tuple[Any, ...]]
    database: int = 0


def _fields(number: int) -> dict[str, str]:
    return {f"field{each}": f"{number}.{each}" for each in range(5)}


def _entries(number: int) -> list[tuple[str, dict[str, str]]]:
    return [(f"{each}-1", {"n": f"{number}.{each}"}) for each in range(1, 4)]


def _stream(pipe: Any, key: str, number: int, _until: int) -> None:
    for entry, values in _entries(number):
        pipe.xadd(key, values, id=entry)


_KINDS = (
    _Kind(
        "expiring",
        500,
        lambda pipe, key, number, until: pipe.set(key, f"value {number}", pxat=until),
        (lambda pipe, key: pipe.get(key), lambda pipe, key: pipe.pexpiretime(key)),
        lambda number, until: (f"value {number}", until),
    ),
    _Kind(
        "hash",
        200,
        lambda pipe, key, number, _: pipe.hset(key, mapping=_fields(number)),
        (lambda pipe, key: pipe.hgetall(key),),
        lambda number, _: (_fields(number),),
    ),
    _Kind(
        "list",
        100,
        lambda pipe, key, number, _: pipe.rpush(key, *_fields(number).values()),
        (lambda pipe, key: pipe.lrange(key, 0, -1),),
        lambda number, _: ([*_fields(number).values()],),
    ),
    _Kind(
        "sorted-set",
        100,
        lambda pipe, key, number, _: pipe.zadd(key, {"a": number, "b": number + 0.5}),
        (lambda pipe, key: pipe.zrange(key, 0, -1, withscores=True),),
        lambda number, _: ([["a", number], ["b", number + 0.5]],),
    ),
    _Kind(
        "stream",
        100,
        _stream,
        (lambda pipe, key: pipe.xrange(key),),
        lambda number, _: ([[entry, values] for entry, values in _entries(number)],),
    ),
)


def _strings(name: str, keys: int, database: int = 0) -> _Kind:
    return _Kind(
        name,
        keys,
        lambda pipe, key, number, _: pipe.set(key, f"value {number}"),
        (lambda pipe, key: pipe.get(key),),
        lambda number, _: (f"value {number}",),
        database,
    )


@dataclass(slots=True)
class Dataset:
    """What was loaded, and how it is looked up; ``reach`` gives address and port of a pod."""

    access: Access
    reach: Callable[[str], tuple[str, int]]
    left_out: tuple[str, ...] = ()
    """What could not be loaded, and why, in a sentence each."""
    _kinds: list[_Kind] = field(default_factory=list)
    _until: int = 0

    @property
    def keys(self) -> int:
        """How many keys were loaded."""
        return sum(kind.keys for kind in self._kinds)

    async def load(self, master: str) -> None:
        """Write the keys to a master; types that its account may not write are strings instead."""
        from redis.exceptions import RedisError  # noqa: PLC0415

        self._until = int(time.time() + _LASTS_S) * 1000
        try:
            for kind in (*_KINDS, _strings("other", 500, _OTHER)):
                await self._try(master, kind)
            await self._put(master, _strings("string", KEYS - self.keys))
        except (RedisError, OSError) as error:
            self.left_out += (f"keys of before: {self.keys} of {KEYS} could be loaded ({error})",)

    async def _try(self, master: str, kind: _Kind) -> None:
        from redis.exceptions import ResponseError  # noqa: PLC0415

        try:
            await self._put(master, kind)
        except ResponseError as error:
            what = f"database {_OTHER}" if kind.database else f"keys of the type {kind.name}"
            self.left_out += (f"{what}: not among the keys of before ({error})",)

    async def _put(self, master: str, kind: _Kind) -> None:
        def write(pipe: Any) -> Callable[[str, int], Any]:
            return lambda key, number: kind.write(pipe, key, number, self._until)

        await self._each(master, kind, write)
        if await self._wrong(master, kind):
            raise OSError(f"{master} does not return what was written")
        self._kinds.append(kind)

    async def lost(self, pod: str) -> int:
        """How many of the keys a pod does not have as they were loaded; all of them where it does not answer."""
        from redis.exceptions import RedisError  # noqa: PLC0415

        with suppress(RedisError, OSError):
            return sum([await self._wrong(pod, kind) for kind in self._kinds])
        return self.keys

    async def lacking(self, pod: str, written: Iterable[tuple[str, str]]) -> int:
        """How many of these strings (key and value) a pod does not have; all where it does not answer."""
        from redis.exceptions import RedisError  # noqa: PLC0415

        pairs = list(written)
        found: list[Any] = []
        with suppress(RedisError, OSError):
            client = self._client(pod, 0)
            try:
                for first in range(0, len(pairs), _BATCH):
                    found += await client.mget([key for key, _ in pairs[first : first + _BATCH]])
            finally:
                await client.aclose()
        found += [None] * (len(pairs) - len(found))
        return sum(value != there for (_, value), there in zip(pairs, found, strict=True))

    async def _wrong(self, pod: str, kind: _Kind) -> int:
        def read(pipe: Any) -> Callable[[str, int], Any]:
            return lambda key, _: [ask(pipe, key) for ask in kind.read]

        answers = iter(await self._each(pod, kind, read))
        wrong = 0
        for number in range(kind.keys):
            found = tuple(_plain(next(answers)) for _ in kind.read)
            wrong += found != kind.expected(number, self._until)
        return wrong

    async def _each(self, pod: str, kind: _Kind, of: Callable[[Any], Callable[[str, int], Any]]) -> list[Any]:
        # Read once: it is in a file, and there are thousands of keys.
        before = f"{self.access.prefix}before:{kind.name}"
        client = self._client(pod, kind.database)
        answers: list[Any] = []
        try:
            for batch in _batches(kind.keys):
                pipe = client.pipeline(transaction=False)
                ask = of(pipe)
                for number in batch:
                    ask(f"{before}:{number}", number)
                answers += await pipe.execute()
        finally:
            await client.aclose()
        return answers

    def _client(self, pod: str, database: int) -> Redis:
        from redis.asyncio import Redis  # noqa: PLC0415

        host, port = self.reach(pod)
        return Redis(
            host=host,
            port=port,
            db=database,
            socket_timeout=_ANSWER_LIMIT_S,
            socket_connect_timeout=_ANSWER_LIMIT_S,
            decode_responses=True,
            **self.access.options(),
        )


def _batches(keys: int) -> Iterator[range]:
    for first in range(0, keys, _BATCH):
        yield range(first, min(first + _BATCH, keys))


def _plain(value: Any) -> Any:
    """Pairs as lists, independent of the client library."""
    return (
        [list(each) if isinstance(each, tuple) else each for each in value]
        if isinstance(value, list)
        else value
    )
