"""Committed profiles and what they render: the ground that most tests stand on, rendered once a session."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from everyplace import every_place
from redismanifests.judge.review import review
from redismanifests.render.filling import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.judge.review import Review
    from redismanifests.render.rendered import RenderedObject

TOP = Path(__file__).parent.parent
SHIPPED = (*sorted((TOP / "profiles").glob("*.yaml")), TOP / "profiles" / "starter" / "profile.yaml")
ONLY_FOR_TESTS = tuple(sorted((TOP / "tests" / "profiles").glob("*.yaml")))
COMMITTED = (*SHIPPED, *ONLY_FOR_TESTS)
REFERENCE = TOP / "profiles" / "jewelry-shop.yaml"
MINIMAL = TOP / "profiles" / "minimal.yaml"

Manifest = dict[str, Any]
_CHOSEN = ("labels", "matchLabels", "annotations", "data", "nodeSelector")
"""Fields whose keys are names that somebody chose."""


@cache
def reviewed(path: Path) -> Review:
    """The review of a committed profile."""
    return review(path)


@cache
def covering() -> tuple[Path, ...]:
    """Committed profiles that together render every field of every kind that any of them renders.

    For what depends on the form of objects and costs seconds a profile. Each next one is the one that adds most.
    """
    forms = {
        path: {form for each in reviewed(path).accepted().objects for form in _forms(each.manifest)}
        for path in COMMITTED
    }
    chosen: list[Path] = []
    while left := set().union(*forms.values()) - set().union(*(forms[each] for each in chosen)):
        chosen.append(max(COMMITTED, key=lambda path: len(forms[path] & left)))
    return tuple(chosen)


def _forms(manifest: Manifest) -> Iterator[tuple[str, ...]]:
    """Every field of an object; entries of lists are alike, and so are names that a profile chooses."""
    for place in every_place(manifest):
        names = ["[]" if isinstance(each, int) else each for each in place]
        chosen = min((names.index(each) for each in _CHOSEN if each in names), default=len(names))
        yield (manifest["kind"], *names[: chosen + 1])


def by_kind_and_name(objects: Iterable[RenderedObject]) -> dict[tuple[str, str], Manifest]:
    """Manifests by kind and name."""
    return {(o.manifest["kind"], o.manifest["metadata"]["name"]): o.manifest for o in objects}


def containers(manifest: Manifest) -> dict[str, Manifest]:
    """The containers of a StatefulSet by name, init containers among them."""
    pod = manifest["spec"]["template"]["spec"]
    return {c["name"]: c for key in ("containers", "initContainers") for c in pod.get(key, ())}


def directives(configuration: str) -> list[str]:
    """The lines of a redis.conf or sentinel.conf that say something."""
    return [line for line in configuration.splitlines() if line and not line.startswith("#")]


def strings(value: object) -> Iterator[str]:
    """Every text in a parsed document, keys included."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def template_source(name: str) -> str:
    """The text of a file under templates/."""
    return text(name)
