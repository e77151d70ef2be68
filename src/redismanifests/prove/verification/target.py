"""Target: what is asked: a live cluster, a dump, or a rehearsal on this machine. Each observes the same checks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

from redismanifests.errors import RedismanifestsError
from redismanifests.judge.objects.needs import needs
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.checks.index import ALL_PROBES, MONITORING_PROBES
from redismanifests.prove.live.dump import Dump
from redismanifests.prove.live.kubectl import Kubectl
from redismanifests.prove.live.reading import role
from redismanifests.prove.rehearse.foreign.translation import Translated, translated
from redismanifests.prove.result.observation import Subject, SubjectKind
from redismanifests.prove.verification.asking import Progress, of_cluster, of_dump, of_rehearsal, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from redismanifests.core.object import Object
    from redismanifests.judge.review import Review
    from redismanifests.profile.formulas.drill import Kind
    from redismanifests.prove.checks.probe import Probe
    from redismanifests.prove.result.drill import Drill
    from redismanifests.prove.result.observation import Observation
    from redismanifests.prove.toycluster.event import Event


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be deployed: the objects, and the profile that gave them, where there is one."""

    name: str
    namespace: str
    objects: tuple[Object, ...]
    reviewed: Review | None

    @property
    def words(self) -> dict[str, str]:
        """Values of the placeholders in the commands of remedies."""
        profile = self.reviewed.source.name if self.reviewed else "PROFILE"
        return {"NAMESPACE": self.namespace, "DEPLOYMENT": self.name, "PROFILE": profile}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The Secrets that must be there before the pods can start."""
        return tuple(each.name for each in needs(self.objects, self.namespace) if each.kind == "Secret")

    def role(self, *, with_secrets: bool) -> list[Object]:
        """The Role that a verification needs, with its RoleBinding."""
        secrets = self.secrets if with_secrets else ()
        return list(role(self.objects, self.namespace, f"{self.name}-verify", secrets))


class Target(Protocol):
    """Something that answers checks."""

    def observe(self, expected: Expected, probes: Sequence[Probe]) -> tuple[Observation, Subject]:
        """Ask once, or until it is healthy; raises RedismanifestsError where it cannot be asked."""


@dataclass(frozen=True, slots=True)
class ClusterTarget:
    """A cluster behind kubectl; with ``limit_s`` it is asked until it is healthy, at most so many seconds."""

    context: str
    kubeconfig: str
    progress: Progress
    limit_s: float | None = None
    strict: bool = False
    with_secrets: bool = False
    prometheus: str = ""
    """Address of a Prometheus that watches it."""

    def observe(self, expected: Expected, probes: Sequence[Probe]) -> tuple[Observation, Subject]:
        """Ask the API server, and Redis and Sentinel by exec."""
        kubectl = Kubectl.found(expected.namespace, self.context, self.kubeconfig)
        desired = Desired.of(expected.objects)
        secrets = expected.secrets if self.with_secrets else ()

        async def once() -> Observation:
            return await of_cluster(kubectl, desired, probes, self.progress, secrets, self.prometheus)

        async def work() -> Observation:
            if self.limit_s is None:
                return await once()
            return await watched(once, self.limit_s, self.progress, strict=self.strict)

        name = self.context or "the current context"
        return asyncio.run(work()), Subject(SubjectKind.CLUSTER, name, expected.namespace)


@dataclass(frozen=True, slots=True)
class DumpTarget:
    """Objects that `kubectl get -o yaml` printed into ``files``."""

    objects: tuple[Object, ...]
    files: tuple[str, ...]
    prometheus: str = ""
    """Address of a Prometheus that watches what was printed."""

    def observe(self, expected: Expected, probes: Sequence[Probe]) -> tuple[Observation, Subject]:
        """Ask the objects; pods cannot be asked."""
        if not self.objects:
            raise RedismanifestsError(
                f"{', '.join(self.files)} holds no object", "give what `kubectl get -o yaml` prints"
            )
        dump, desired = Dump(list(self.objects), expected.namespace), Desired.of(expected.objects)
        seen = asyncio.run(of_dump(dump, desired, probes, self.prometheus))
        name = ", ".join(PurePath(each).name for each in self.files)
        return seen, Subject(SubjectKind.DUMP, name, expected.namespace)


@dataclass(frozen=True, slots=True)
class RehearsalTarget:
    """The objects, run as processes of this machine by the server ``engine`` (None: the first on PATH)."""

    engine: str | None
    watch: Callable[[Event], None]

    def observe(self, expected: Expected, probes: Sequence[Probe]) -> tuple[Observation, Subject]:
        """Start everything on empty volumes, and ask there."""
        made = _playable(expected)
        seen = of_rehearsal(made.objects, probes, self.engine, self.watch, made.notes)
        subject = Subject(SubjectKind.REHEARSAL, "this machine", expected.namespace)
        return seen, replace(subject, notes=seen.notes)

    def drill(self, expected: Expected, kind: Kind) -> Drill:
        """Break it as a drill of that kind would; raises RedismanifestsError where that could not be done."""
        from redismanifests.prove.rehearse.drilled import SCENARIOS, drilled  # noqa: PLC0415 (a rehearsal only)
        from redismanifests.prove.rehearse.run import run  # noqa: PLC0415 (as above)

        those = _playable(expected)
        result = run(
            list(those.objects), SCENARIOS[kind], engine=self.engine, watch=self.watch, notes=those.notes
        )
        made = drilled(result)
        if made is None:
            raise RedismanifestsError(
                f"drill {kind} could not be done: {'; '.join(result.problems) or 'it never came so far'}",
                f"redismanifests rehearse --scenario {SCENARIOS[kind]} shows every step",
            )
        return made


def _playable(expected: Expected) -> Translated:
    """What a profile gives runs as it is; of other objects, those of the one deployment."""
    return translated(expected.objects) if expected.reviewed is None else Translated(expected.objects, ())


def selected(words: Iterable[str], *, prometheus: bool = False) -> tuple[Probe, ...]:
    """The checks of these codes, names or beginnings of codes; all of them without any.

    Those of a ``prometheus`` need one. Raises ValueError for a word that names none.
    """
    asked = (*ALL_PROBES, *(MONITORING_PROBES if prometheus else ()))
    chosen: set[str] = set()
    for word in words:
        found = {each.code for each in asked if _names(word, each)}
        if not found and any(_names(word, each) for each in MONITORING_PROBES):
            raise ValueError(f"{word} asks a Prometheus: name it with --prometheus")
        if not found:
            raise ValueError(f"no probe is named {word}: docs/probes.md has them all")
        chosen |= found
    return tuple(each for each in asked if not chosen or each.code in chosen)


def _names(word: str, probe: Probe) -> bool:
    return probe.code.startswith(word.upper()) or probe.name == word
