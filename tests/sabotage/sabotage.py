"""Sabotage: one change, where it was seen, and who must catch it."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Profile = dict[str, Any]
Manifest = dict[str, Any]

_NO_EXPORTER = {"enabled": False}
MINIMAL: Profile = {
    "name": "redis",
    "namespace": "shop",
    "exporters": {"redis": _NO_EXPORTER, "sentinel": _NO_EXPORTER},
}
"""What every sabotage begins with, unless it says otherwise: production defaults, nothing that delays a rehearsal."""


class Objects:
    """The rendered objects, to be changed."""

    def __init__(self, items: list[Manifest]) -> None:
        self.items = copy.deepcopy(items)

    def named(self, kind: str, name: str) -> Manifest:
        return next(o for o in self.items if (o["kind"], o["metadata"]["name"]) == (kind, name))

    @property
    def redis(self) -> Manifest:
        return self.named("StatefulSet", "redis")

    @property
    def sentinel(self) -> Manifest:
        return self.named("StatefulSet", "redis-sentinel")

    def container(self, name: str) -> Manifest:
        sets = (self.redis, self.sentinel)
        containers = (c for s in sets for c in s["spec"]["template"]["spec"]["containers"])
        return next(c for c in containers if c["name"] == name)

    def text(self, config: str, file: str) -> str:
        return str(self.named("ConfigMap", config)["data"][file])

    def edit(self, config: str, file: str, old: str, new: str) -> None:
        """Change a file of a ConfigMap at one place; a change that finds nothing to change is no sabotage."""
        text = self.text(config, file)
        assert text.count(old) == 1, f"{config}/{file} holds {old!r} {text.count(old)} times"
        self.named("ConfigMap", config)["data"][file] = text.replace(old, new)

    def append(self, config: str, file: str, line: str) -> None:
        """Add a line to a file of a ConfigMap."""
        self.named("ConfigMap", config)["data"][file] += line + "\n"

    def probe(self, container: str, kind: str, *command: str) -> None:
        """Let a probe of a container run another command."""
        self.container(container)[f"{kind}Probe"]["exec"] = {"command": list(command)}


@dataclass(frozen=True)
class Found:
    """By a finding of that code (and by no other that weighs), before anything is applied."""

    code: str


@dataclass(frozen=True)
class Rehearsed:
    """By a rehearsal of that scenario: a problem holds the text, or the measure of that name exceeds its limit."""

    scenario: str
    says: str


@dataclass(frozen=True)
class NotShown:
    """By no one: no rehearsal that was tried loses without this guard."""

    tried: str
    shown_by: str = ""
    """Which tests fail without it, where there are some: a path, and `-k` with a part of their names."""


@dataclass(frozen=True)
class Sabotage:
    """``change`` alters the profile or the objects in place; its docstring says what it does."""

    name: str
    about: str
    seen: str
    caught: tuple[Found | Rehearsed | NotShown, ...]
    change: Callable[[Any], None]
    over: str
    guard: str
    base: Profile


Caught = Found | Rehearsed | NotShown
_Change = Callable[[Any], None]


def _made(
    over: str, seen: str, caught: tuple[Caught, ...], guard: str, base: Profile | None
) -> Callable[[_Change], Sabotage]:
    def made(change: _Change) -> Sabotage:
        name = change.__name__.replace("_", "-")
        about = " ".join(inspect.cleandoc(change.__doc__ or "").split())
        return Sabotage(name, about, seen, caught, change, over, guard, base or MINIMAL)

    return made


def in_profile(*caught: Caught, seen: str, base: Profile | None = None) -> Callable[[_Change], Sabotage]:
    """A change that a profile can say."""
    return _made("profile", seen, caught, "", base)


def in_objects(
    *caught: Caught, seen: str, guard: str = "", base: Profile | None = None
) -> Callable[[_Change], Sabotage]:
    """A change of the rendered objects; ``guard`` names the guard of our scripts that it takes away."""
    return _made("objects", seen, caught, guard, base)
