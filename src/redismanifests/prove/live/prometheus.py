"""Prometheus: a deployment together with a Prometheus that watches it, as a target of checks.

What Prometheus knows is read under kinds of its own, beside those of Kubernetes.
"""

from __future__ import annotations

import asyncio
import json
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from redismanifests.core.sources.source import printable
from redismanifests.prove.checks.monitoring.kinds import PROMQL, RULE_GROUP, SERIES, TARGET
from redismanifests.prove.checks.probe import NotVerifiedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.askable import Answer, Askable

_LIMIT_S = 10.0
_MOST_BYTES = 64 << 20
"""Of one answer: the rules of a large cluster are a few MB."""
_SCHEMES = ("http://", "https://")


def refused(url: str) -> str:
    """Why ``url`` cannot be asked; empty if it can be."""
    if not url.startswith(_SCHEMES):
        return f"{printable(url)} is no address of a Prometheus: write http://HOST:9090"
    if "@" in url.partition("://")[2].partition("/")[0]:
        return "a password on a command line can be read by all of this machine: use `kubectl port-forward`"
    return ""


class Watched:
    """The objects and pods of a target, and the Prometheus at ``url``."""

    def __init__(self, target: Askable, url: str) -> None:
        """Nothing is asked yet."""
        self._target = target
        self._url = url.rstrip("/")

    async def get(self, kind: str, name: str) -> Object | None:
        """An expression in Prometheus' own form, None if it cannot be parsed; else a live object."""
        if kind != PROMQL:
            return await self._target.get(kind, name)
        return {"text": await self._asked("format_query", query=name)}

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """Groups of rules, targets, or the newest sample of each series of `redis_up`; else live objects."""
        if kind == RULE_GROUP:
            return tuple((await self._asked("rules"))["groups"])
        if kind == TARGET:
            return tuple((await self._asked("targets", state="active"))["activeTargets"])
        if kind == SERIES:
            return tuple((await self._asked("query", query="redis_up"))["result"])
        return await self._target.listed(kind)

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        """Run a command in a container."""
        return await self._target.exec(pod, container, argv, limit_s)

    async def _asked(self, path: str, **wanted: str) -> Any:
        """The data of an answer; raises NotVerifiedError where there is none."""
        return await asyncio.to_thread(self._read, f"/api/v1/{path}", wanted)

    def _read(self, path: str, wanted: dict[str, str]) -> Any:
        url = self._url + path
        try:
            request = Request(f"{url}?{urlencode(wanted)}" if wanted else url)
            with urlopen(request, timeout=_LIMIT_S) as answer:
                found = json.loads(answer.read(_MOST_BYTES))
            return found["data"]
        except HTTPError as error:
            reason = f"HTTP {error.code}"
        except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
            reason = printable(str(getattr(error, "reason", error)))
        raise NotVerifiedError(f"{printable(url)} gave no answer of a Prometheus: {reason}")
