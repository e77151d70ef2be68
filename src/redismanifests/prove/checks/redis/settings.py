"""Settings: does every Redis have the settings of its file, and the commands that Sentinel needs?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.pattern import pattern
from redismanifests.profile.formulas.configuration.directive_value import memory_bytes
from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import APPLY, RESTART_REDIS, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.look import Look

SENTINEL_NEEDS = (
    "multi", "exec", "config", "client", "slaveof", "info", "ping", "publish", "subscribe", "role", "script",
)  # fmt: skip
"""Commands that a Sentinel sends to the Redis that it promotes or demotes. Source: sentinel.c."""
_ELSEWHERE = {
    "save", "appendonly", "appendfsync", "maxmemory", "maxmemory-policy", "min-replicas-to-write",
    "min-replicas-max-lag", "replicaof", "rename-command", "user", "include", "loadmodule",
    "client-output-buffer-limit", "requirepass", "masterauth", "masteruser",
}  # fmt: skip
"""Directives with a check of their own, or that are no settings, printed in another form, or secret."""
_MOVE = pattern(r"^OLD_HOST='?([^'\s]*)", re.MULTILINE)


@probe(
    "PB070",
    remedy=Remedy(
        "Remove the renaming of these commands: without them, Sentinel stops in the middle of a failover.",
        "redismanifests explain RM082",
    ),
)
async def sentinel_finds_its_commands(look: Look) -> AsyncIterator[str]:
    """Every Redis has the commands that Sentinel sends; renamed ones stop every failover halfway."""
    for pod in look.desired.redis.pods:
        reply = await look.ask(look.desired.redis, pod, "COMMAND", "INFO", *SENTINEL_NEEDS)
        missing = [name for name in SENTINEL_NEEDS if name not in reply.splitlines()]
        if reply and missing:
            yield f"{pod} does not know {listed(missing)}: renamed or forbidden"


@probe(
    "PB071",
    remedy=Remedy(
        "Restart the pods, so that Redis reads its file again. If it stays, this version of Redis does not keep the "
        "value.",
        RESTART_REDIS,
    ),
)
async def settings_are_as_asked(look: Look) -> AsyncIterator[str]:
    """Every running Redis has the values of all other directives of redis.conf."""
    wanted = dict(line for line in look.desired.redis_lines if line[0] not in _ELSEWHERE)
    for pod, settings in (await look.every_config(*wanted)).items():
        for name, value in wanted.items():
            running = settings.get(name)
            if (
                running is not None
                and running != value
                and (memory_bytes(value) is None or memory_bytes(value) != memory_bytes(running))
            ):
                yield f"{pod}: {name} {running} instead of {value}"


def _old_master(desired: Desired) -> str:
    """The host that a start without data follows (`migration.from`); empty without a move."""
    for item in desired.objects:
        text = (item.get("data") or {}).get("migration-settings.sh") if item["kind"] == "ConfigMap" else None
        if text and (found := _MOVE.search(str(text))):
            return found[1]
    return ""


@probe(
    "PB072",
    remedy=Remedy("Remove migration from the profile, render and apply it (docs/moving.md).", APPLY),
    applies=lambda desired: bool(_old_master(desired)),
)
async def migration_is_over_and_gone(look: Look) -> AsyncIterator[str]:
    """After the cut of a move, `migration` is gone: with it, a start without data follows the old master again."""
    first = look.desired.redis.pods[0]
    folder = (await look.config(first, "dir")).get("dir", "/data")
    answer = await look.run(look.desired.redis, first, "cat", f"{folder}/move")
    if answer.code and "No such file" not in answer.output:
        look.silent[first] = f"{first} did not read {folder}/move: {answer.output.strip()[:200]}"
        return
    noted = {line.partition(" ")[0] for line in answer.output.splitlines()} if not answer.code else set()
    masters = await look.every_master("name", "ip") if not noted else {}
    if "over" in noted or masters:
        yield (
            f"migration.from ({_old_master(look.desired)}) is in the profile although the cut is done: a start of all"
            f" pods without the volume of {first} would follow that old master again, with its older data"
        )
