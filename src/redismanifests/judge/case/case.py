"""Case: everything that a judge may look at, made once for a profile."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.judge.case import demands as namespace_demands
from redismanifests.judge.case.admitted import admitted
from redismanifests.profile.form import profile_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from redismanifests.core.findings import Finding
    from redismanifests.core.sources.source import Source
    from redismanifests.judge.case.admitted import Admitted
    from redismanifests.judge.case.demands import Demands
    from redismanifests.profile.model import Profile
    from redismanifests.render.rendered import Rendering


class Case(NamedTuple):
    """A profile whose form is right, and what it gives."""

    source: Source
    profile: Profile
    rendering: Rendering
    demands: Demands
    """Of the namespace."""
    admitted: Admitted
    """Profile and objects as the namespace admits them."""
    read: tuple[Finding, ...]
    """What is wrong with the files that the profile names."""
    today: str | None
    """YYYY-MM-DD; None where nothing depends on the day."""

    @property
    def minor(self) -> int:
        """The 32 of Kubernetes 1.32."""
        return int(self.profile.kubernetes_version.partition(".")[2])


def case_of(source: Source, limits: Sequence[Path], today: str | None) -> Case:
    """The case of a profile; raises ProfileRefused where the document is no profile.

    ``limits`` take the place of the files that the profile names.
    """
    from redismanifests.render.rendering import rendering  # noqa: PLC0415 (`explain` lists judges without templates)

    profile = profile_from(source)
    demands = namespace_demands.read(profile, source, limits)
    rendered = rendering(profile, PurePath(source.name).name, demands.limit_ranges)
    read = demands.findings
    if profile.auth.sealed_secret:
        from redismanifests.judge.case import sealed_secret  # noqa: PLC0415 (most profiles have none)

        sealed = sealed_secret.read(profile, source)
        read += sealed.findings
        rendered = sealed_secret.with_sealed(rendered, profile, sealed)
    stored = admitted(profile, rendered, demands.limit_ranges)
    return Case(source, profile, rendered, demands, stored, read, today)


def findings(case: Case) -> Iterator[Finding]:
    """What was found while the files that the profile names were read."""
    yield from case.read
