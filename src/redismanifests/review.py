"""Review: a profile read, judged, rendered, and the result judged again: the road that every command takes.

Commands leave it at different exits; none takes another road. What must not come in: writing, printing.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from redismanifests import (
    namespace_files,
    namespace_limits,
    rules,
)
from redismanifests.core.findings import BROKEN_REFERENCE, REFUSED_BY_SCHEMA, Finding, Severity
from redismanifests.core.source import Source, source_from_file
from redismanifests.errors import ProfileRefused
from redismanifests.form import profile_from
from redismanifests.manifests.index import MANIFEST_RULES
from redismanifests.manifests.objects import Manifests
from redismanifests.manifests.references import faults
from redismanifests.render.rendering import Rendering, rendering
from redismanifests.schema import violations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from redismanifests.against import Deployed
    from redismanifests.namespace_files import Demands
    from redismanifests.profile import Profile


class Review(NamedTuple):
    """A profile whose form is right, what it gives, and everything found about it, sorted by place."""

    source: Source
    profile: Profile
    rendering: Rendering
    findings: tuple[Finding, ...]
    demands: Demands
    """Of the namespace."""

    @property
    def refused(self) -> bool:
        """Whether a finding of severity error, that nobody waives, stands in the way."""
        return any(finding.severity is Severity.ERROR and not finding.waived for finding in self.findings)

    def accepted(self) -> Rendering:
        """The rendering; raises ProfileRefused with all findings where one is an error."""
        if self.refused:
            raise ProfileRefused(self.findings)
        return self.rendering


def review(path: Path, limits: Sequence[Path] = (), today: str | None = None) -> Review:
    """Everything about the profile at ``path``; ``limits`` take the place of the files that it names.

    ``today`` (YYYY-MM-DD) ends waivers. Raises ProfileRefused where the document is no profile; then nothing else can
    be said.
    """
    return review_of(source_from_file(path), limits, today)


def review_of(source: Source, limits: Sequence[Path] = (), today: str | None = None) -> Review:
    """As `review`, for a profile that is read already."""
    profile = profile_from(source)
    found = rules.findings(profile, source)
    demands = namespace_files.read(profile, source, limits)
    rendered = rendering(profile, PurePath(source.name).name, demands.limit_ranges)
    found += demands.findings
    if profile.auth.sealed_secret:
        from redismanifests import sealed_secret  # noqa: PLC0415 (most profiles have none)

        sealed = sealed_secret.read(profile, source)
        found += sealed.findings
        rendered = sealed_secret.with_sealed(rendered, profile, sealed)
    found += namespace_limits.findings(profile, source, rendered, demands)
    if demands.quotas:
        from redismanifests import namespace_quota  # noqa: PLC0415 (most namespaces have none)

        found += namespace_quota.findings(profile, source, rendered, demands)
    if demands.labels or any(item.manifest["kind"] == "Namespace" for item in rendered.objects):
        from redismanifests import namespace_security  # noqa: PLC0415 (without labels Pod Security asks nothing)

        found += namespace_security.findings(profile, source, rendered, demands)
    found += _about_output(profile, source, rendered, {finding.code for finding in found})
    if profile.requirements:
        from redismanifests import proofs  # noqa: PLC0415 (most profiles have none)

        found += proofs.findings(profile, source)
    if profile.waivers:
        from redismanifests.waivers import waived  # noqa: PLC0415 (most profiles have none)

        found = waived(profile, source, found, today)
    return Review(source, profile, rendered, tuple(sorted(set(found), key=Finding.sort_key)), demands)


_SAID_OF_THE_PROFILE = {"RM134": "RM082", "RM139": "RM081"}
"""What a rule over objects sees in redis.conf, and the rule that has said it already at the line of the profile."""


def _about_output(
    profile: Profile, source: Source, rendered: Rendering, said: Collection[str]
) -> Iterator[Finding]:
    for fault in faults(rendered.objects):
        yield BROKEN_REFERENCE.at(source, fault.path, fault.fact, fault.fix, at_key=True)
    objects = Manifests(item.manifest for item in rendered.objects)
    for rule in MANIFEST_RULES:
        if _SAID_OF_THE_PROFILE.get(rule.code) not in said:
            yield from rule.findings(objects, source)
    for item in rendered.objects:
        for violation in violations(item.manifest, profile.kubernetes_version):
            fix = f"change the setting, or the version: Kubernetes {profile.kubernetes_version} refuses this"
            yield REFUSED_BY_SCHEMA.at(source, ("kubernetesVersion",), f"{item.file}: {violation}", fix)


def update_findings(reviewed: Review, deployed: Deployed) -> tuple[Finding, ...]:
    """What an update of ``deployed`` to this rendering would be refused for, or would leave behind."""
    from redismanifests import against  # noqa: PLC0415 (only where something is deployed)

    manifests = [each.manifest for each in reviewed.rendering.objects]
    return against.findings(reviewed.profile, reviewed.source, manifests, deployed)


def asked_of_kubeconform(reviewed: Review) -> Iterator[Finding]:
    """What the real kubeconform, with the same schemas, refuses of the rendered files; raises ToolError without it."""
    # Only where it is asked for: it runs a program.
    from redismanifests.schema.kubeconform import check  # noqa: PLC0415

    version = reviewed.profile.kubernetes_version
    files = {name: content.decode() for name, content in reviewed.rendering.files.items()}
    for verdict in check(files, version):
        if not verdict.accepted:
            fact = f"{verdict.file}: {verdict.message}"
            fix = f"change the setting: kubeconform refuses this for {version}"
            yield REFUSED_BY_SCHEMA.at(reviewed.source, ("kubernetesVersion",), fact, fix)
