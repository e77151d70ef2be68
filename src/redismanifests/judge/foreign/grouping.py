"""Grouping: which servers are one deployment: those that mention each other by host name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.judge.foreign.server import addresses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redismanifests.core.object import Object
    from redismanifests.judge.foreign.server import Server


def together(
    found: Sequence[Server], objects: Sequence[Object], first: Server | None = None
) -> tuple[Server, ...]:
    """The Sentinels, and every Redis that mentions one of them or is mentioned; all where no one mentions any.

    Without a Sentinel: the first Redis, and those that it mentions or that mention it. ``first`` is one of them.
    """
    both = [each for each in found if each.redis and each.sentinel]
    chosen = (
        [first] if first else both[:1] or [each for each in found if each.sentinel][:1] or list(found[:1])
    )
    space = _namespace(chosen[0])
    rest = [each for each in found if each not in chosen and _namespace(each) in (space, None)]
    hosts = {id(each): addresses(each, objects) for each in found}
    grown = True
    while grown:
        near = [
            each
            for each in rest
            if any(_mentions(each, hosts[id(one)]) or _mentions(one, hosts[id(each)]) for one in chosen)
        ]
        grown = bool(near)
        chosen += near
        rest = [each for each in rest if each not in near]
    if not any(each.redis for each in chosen):
        chosen += [each for each in rest if each.redis]
    return tuple(_each_name_once(each for each in found if each in chosen))


def _each_name_once(chosen: Iterable[Server]) -> Iterator[Server]:
    """A StatefulSet before a Deployment of its name: both would be reached by the same Services."""
    ordered = sorted(chosen, key=lambda each: each.kind != "StatefulSet")
    names: set[str] = set()
    for each in ordered:
        if each.name not in names:
            names.add(each.name)
            yield each


def _mentions(server: Server, hosts: Iterable[str]) -> bool:
    return any(
        re.search(rf"(?<![\w-]){re.escape(host)}(?=\.|[\s\"':,]+\d{{4,5}}\b|\s*$)", text, re.MULTILINE)
        for host in hosts
        for text in server.texts
    )


def _namespace(server: Server) -> str | None:
    found: str | None = server.manifest["metadata"].get("namespace")
    return found
