"""Subject: what is rehearsed: a profile, rendered in memory through the whole review, or unchanged manifests.

Manifests from any source are rehearsed like our own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redismanifests.core.object import holds_objects
from redismanifests.core.sources.documents import documents
from redismanifests.core.sources.reading import bounded, shown
from redismanifests.core.sources.source import printable, source_from_text
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.foreign.sight import sight
from redismanifests.judge.kubernetes.decoded import decoded, decoded_objects
from redismanifests.judge.review import review, review_of
from redismanifests.prove.rehearse.bench.carried import not_carried
from redismanifests.prove.rehearse.bench.secret import with_stand_ins
from redismanifests.prove.rehearse.foreign.selection import selected
from redismanifests.prove.rehearse.foreign.translation import translated
from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.refusal import refuse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redismanifests.core.findings import Finding
    from redismanifests.core.object import Object
    from redismanifests.profile.model import Profile


MAX_BYTES = 64 << 20
"""Of a file of manifests; a rendered chart with its CustomResourceDefinitions has a few MB."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A name for reports, the objects, the profile if there was one, and what the review found in it."""

    name: str
    objects: tuple[Object, ...]
    findings: tuple[Finding, ...] = ()
    profile: Profile | None = None
    notes: tuple[str, ...] = ()
    """What of the objects does not run, or runs in another way."""
    seen: tuple[str, ...] = ()
    """What the objects say, in sentences; empty for a profile, of which everything is known."""


def of_profile(path: Path, limits: Sequence[Path]) -> Subject:
    """What the profile at ``path`` gives; raises ProfileRefused as `render` does."""
    reviewed = review(path, limits)
    objects = reviewed.accepted().objects
    return Subject(
        printable(Path(shown(path)).stem),
        tuple(decoded(item.manifest) for item in objects),
        reviewed.findings,
        reviewed.profile,
    )


def of_manifests(path: Path, files: Sequence[Path]) -> Subject | None:
    """What ``files`` (of ``path``) hold, if there is a Kubernetes object in them; raises where others are no YAML.

    A profile has neither ``kind`` nor ``apiVersion``, so the two cannot be taken for each other.
    """
    objects: list[Object] = []
    broken: list[str] = []
    meant = False
    for file in files:
        text = ""
        try:
            text = bounded(file, MAX_BYTES).decode("utf-8-sig")
            objects += [item for document in documents(text) for item in _objects(document)]
        except (OSError, ValueError) as error:
            broken.append(f"{file.name}: {error}")
            meant |= holds_objects(text)
    if not objects and not meant:
        return None
    if broken:
        raise RedismanifestsError(
            f"{path} holds manifests, and files that cannot be read:\n" + "\n".join(broken),
            "make each file YAML, or move what is none away",
        )
    refuse(objects)
    return Subject(printable(path.resolve().name.removesuffix(path.suffix)), tuple(objects))


def of_text(name: str, profile: str) -> Subject:
    """What the text of a profile gives; raises ProfileRefused as `render` does."""
    reviewed = review_of(source_from_text(f"{name}.yaml", profile))
    objects = tuple(decoded(item.manifest) for item in reviewed.accepted().objects)
    return Subject(name, objects, reviewed.findings, reviewed.profile)


def of_contents(name: str, files: Mapping[str, bytes]) -> Subject | None:
    """The objects in files that were read before; None if there is none. Other documents are passed over."""
    texts = (data.decode("utf-8-sig") for data in files.values())
    objects = [item for text in texts for document in documents(text) for item in _objects(document)]
    refuse(objects)
    return Subject(name, tuple(objects)) if objects else None


def playable(subject: Subject) -> Subject:
    """The one deployment among a subject's objects, as it can run here; raises RedismanifestsError if there is none."""
    seen = tuple(sight(selected(subject.objects), subject.objects).sentences())
    made = translated(subject.objects)
    return replace(subject, objects=made.objects, notes=made.notes, seen=seen)


def not_simulated(subject: Subject) -> tuple[str, ...]:
    """All that a result says of what did not run, known before anything starts."""
    return (*subject.notes, *not_carried(with_stand_ins(Objects.of(subject.objects))))


def _objects(document: Any) -> list[Object]:
    found = [item for _, item in decoded_objects(document)]
    return [item for item in found if {"apiVersion", "kind"} <= item.keys()]
