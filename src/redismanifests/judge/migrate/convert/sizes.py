"""Sizes: CPU, memory and volumes, as the pods get them today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.migrate.charts.presets import PRESETS
from redismanifests.judge.migrate.kinds import DATA, DIFFERS, LINES_OPEN, NO_LIMIT, NOT_KEPT
from redismanifests.judge.migrate.row import Fate, Shape

if TYPE_CHECKING:
    from redismanifests.judge.migrate.facts import Draft, Facts, Said

_PARTS = {"redis": "redis", "sentinel": "sentinel", "exporter": "exporters.redis"}
"""Container of today -> its section."""
PLACES = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


class Amount(NamedTuple):
    """How much of what, and where it is from."""

    quantity: Quantity
    said: Said
    origin: str


def amounts(facts: Facts, part: str) -> dict[str, Amount]:
    """Requests and limits of a container as the pods get them: a preset counts where there are none."""
    found: dict[str, Amount] = {}
    for name, said in facts.below(f"{part}.requests."):
        found |= _read(name.removeprefix(f"{part}."), said)
    for name, said in facts.below(f"{part}.limits."):
        found |= _read(name.removeprefix(f"{part}."), said)
    preset = facts.get(f"{part}.preset")
    # The chart asks whether `resources` is empty, and {limits: {}} is not.
    written = f"{part}.written" in facts.said
    if not found and not written and preset is not None and str(preset.value) in PRESETS:
        origin = f"{preset.key}: {preset.value}"
        for place, text in zip(PLACES, PRESETS[str(preset.value)], strict=True):
            found[place] = Amount(Quantity.parse(text), preset, origin)
    return found


def _read(place: str, said: Said) -> dict[str, Amount]:
    try:
        return {place: Amount(Quantity.read(said.value), said, said.key)}
    except ValueError:
        return {}


def convert(facts: Facts, shape: Shape, draft: Draft) -> None:
    """Lines of resources and storage."""
    for part, section in _PARTS.items():
        if part == "sentinel" and shape is not Shape.SENTINEL:
            continue
        if part != "exporter" or facts.on("metrics"):
            _resources(facts, part, section, draft)
    for part in _PARTS:
        _endings(facts, part, draft)
    _volume(facts, draft)
    _sentinel_volume(facts, shape, draft)
    _classes(facts, draft)
    _retention(facts, draft)


def _resources(facts: Facts, part: str, section: str, draft: Draft) -> None:
    found = amounts(facts, part)
    limit, request = found.get("limits.memory"), found.get("requests.memory")
    for place, amount in found.items():
        if amount.said.usual and (part != "redis" or place == "limits.cpu"):
            continue
        draft.write(f"{section}.resources.{place}", str(amount.quantity), amount.origin)
    if (cpu := found.get("limits.cpu")) is not None and cpu.said.usual and part == "redis":
        fact = f"the chart limits Redis to {cpu.quantity} CPU ({cpu.origin}); the profile sets no limit"
        draft.find(
            DIFFERS, cpu.said, fact, "write redis.resources.limits.cpu where the namespace demands one"
        )
    if part != "redis" or limit is not None:
        return
    if request is not None:
        comment = f"no limit today; as requested ({request.origin})"
        draft.write("redis.resources.limits.memory", str(request.quantity), comment)
    what = f"a limit of {request.quantity}, as requested" if request else "a limit of 1Gi, our default"
    fix = "measure what Redis uses (INFO memory, used_memory_rss), and write redis.resources.limits.memory"
    draft.find(NO_LIMIT, request.said if request else None, f"today no limit; the profile has {what}", fix)


def _endings(facts: Facts, part: str, draft: Draft) -> None:
    section = _PARTS[part]
    found = amounts(facts, part)
    for bound in ("requests", "limits"):
        for name, said in facts.below(f"{part}.{bound}."):
            place = name.removeprefix(f"{part}.")
            if place in found:
                draft.end(name, Fate.KEPT, f"{section}.resources.{place}")
            else:
                draft.find(NOT_KEPT, said, f"{said.key} is no quantity", f"write {section}.resources.{place}")
                draft.end(name, Fate.NOT_KEPT, "it is no quantity")
    draft.end(f"{part}.written", Fate.NOT_KEPT, "a profile has cpu, memory and ephemeral-storage")
    preset = facts.get(f"{part}.preset")
    if preset is not None:
        if any(amount.said is preset for amount in found.values()):
            draft.end(f"{part}.preset", Fate.KEPT, f"{section}.resources")
        elif str(preset.value) in (*PRESETS, "none"):
            draft.end(f"{part}.preset", Fate.NO_EFFECT, "resources are set, or there is no preset")
        else:
            draft.find(NOT_KEPT, preset, f"{preset.key} names no preset", f"write {section}.resources")
            draft.end(f"{part}.preset", Fate.NOT_KEPT, "it names no preset")


def _size(said: Said | None, path: str, draft: Draft, name: str) -> None:
    if said is None:
        return
    try:
        draft.write(path, str(Quantity.read(said.value)), said.key)
        draft.end(name, Fate.KEPT, path)
    except ValueError:
        draft.find(NOT_KEPT, said, f"{said.key} is no size", f"write {path}")
        draft.end(name, Fate.NOT_KEPT, "it is no size")


def _volume(facts: Facts, draft: Draft) -> None:
    persistent = facts.value("redis.persistence", True) is not False
    said = facts.get("redis.persistence")
    draft.end("redis.persistence", Fate.KEPT, "redis.storage.kind")
    if persistent:
        _size(facts.get("redis.size"), "redis.storage.size", draft, "redis.size")
        draft.find(
            DATA,
            said,
            "the data are on the claims of today's pods, and the new pods begin empty",
            "move them (docs/migrate.md, The data), or let a cache fill again",
        )
    else:
        draft.write("redis.storage.kind", "emptyDir", said.key if said else "")
        _size(facts.get("redis.sizeLimit"), "redis.storage.size", draft, "redis.sizeLimit")
    if said := facts.get("redis.existingClaim"):
        fix = "copy its data into the new deployment (docs/migrate.md, The data)"
        draft.find(LINES_OPEN, said, "the data are on a claim that exists already", fix)
        draft.end("redis.existingClaim", Fate.NOT_KEPT, "each pod has a claim of its own")
    if said := facts.get("redis.accessModes"):
        modes = said.value if isinstance(said.value, list) else [said.value]
        if modes == ["ReadWriteOnce"]:
            draft.end("redis.accessModes", Fate.UNNEEDED, "a claim of one pod is ReadWriteOnce")
        else:
            draft.find(
                NOT_KEPT, said, "the claims have another access mode", "a claim of one pod is ReadWriteOnce"
            )
            draft.end("redis.accessModes", Fate.NOT_KEPT, "a claim of one pod is ReadWriteOnce")


def _sentinel_volume(facts: Facts, shape: Shape, draft: Draft) -> None:
    if shape is not Shape.SENTINEL:
        return
    said = facts.get("sentinel.persistence")
    if said is not None and said.value is True:
        _size(facts.get("sentinel.size"), "sentinel.storage.size", draft, "sentinel.size")
        draft.end("sentinel.persistence", Fate.KEPT, "sentinel.storage")
    elif said is not None:
        text = "Sentinels have claims: what they voted for survives a restart"
        draft.find(
            DIFFERS,
            said,
            f"today Sentinels have no disk ({said.key}); {text}",
            "nothing: a claim of 1Gi each",
        )
        draft.end("sentinel.persistence", Fate.NOT_KEPT, text)
    else:
        text = "Sentinels have claims of their own: what they voted for survives a restart"
        fact = f"today Sentinels have no volume of their own; {text}"
        draft.find(DIFFERS, None, fact, "nothing: a claim of 1Gi each")


def _classes(facts: Facts, draft: Draft) -> None:
    general, redis = facts.get("storage.storageClass"), facts.get("redis.storageClass")
    for name, said, path in (
        ("storage.storageClass", general, "storage.storageClassName"),
        ("redis.storageClass", redis, "redis.storage.storageClassName"),
        ("sentinel.storageClass", facts.get("sentinel.storageClass"), "sentinel.storage.storageClassName"),
    ):
        if said is None:
            continue
        if said.value == "-":
            draft.find(
                NOT_KEPT, said, "the claims have no class (-), so volumes are made by hand", "write a class"
            )
            draft.end(name, Fate.NOT_KEPT, "the profile has no such class")
        else:
            draft.write(path, str(said.value), said.key)
            draft.end(name, Fate.KEPT, path)


def _retention(facts: Facts, draft: Draft) -> None:
    for when in ("whenScaled", "whenDeleted"):
        said: Any = facts.chosen(f"retention.{when}")
        if facts.on("retention") and said is not None and said.value == "Delete":
            draft.write(f"storage.claimRetention.{when}", "Delete", said.key)
            draft.end(f"retention.{when}", Fate.KEPT, f"storage.claimRetention.{when}")
        else:
            draft.end(f"retention.{when}", Fate.UNNEEDED, "claims are retained")
    draft.end("retention", Fate.UNNEEDED, "the profile sets it (storage.claimRetention)")
