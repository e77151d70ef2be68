"""Play: what a sabotage changes, and who finds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, Severity
from redismanifests.judge.kubernetes import violations
from redismanifests.judge.objects.index import MANIFEST_RULES
from redismanifests.judge.objects.objects import Manifests
from redismanifests.judge.objects.references import BROKEN_REFERENCE, faults
from redismanifests.judge.objects.schema import REFUSED_BY_SCHEMA
from redismanifests.judge.review import review
from redismanifests.render.rendered import RenderedObject

from .sabotage import Objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redismanifests.judge.review import Review
    from redismanifests.prove.rehearse.result import Result

    from .sabotage import Manifest, Profile, Sabotage

VERSION = "1.32"


def reviewed(profile: Profile, folder: Path) -> Review:
    """The review of a profile given as a value."""
    path = folder / "profile.yaml"
    path.write_text(json.dumps(profile), encoding="utf-8")
    return review(path)


def changed(sabotage: Sabotage, folder: Path) -> list[Manifest]:
    """The objects after the change."""
    profile = json.loads(json.dumps(sabotage.base))
    if sabotage.over == "profile":
        sabotage.change(profile)
    objects = Objects([o.manifest for o in reviewed(profile, folder).rendering.objects])
    if sabotage.over == "objects":
        sabotage.change(objects)
    return objects.items


def codes(sabotage: Sabotage, folder: Path) -> set[str]:
    """The codes of everything that weighs, found without running anything."""
    if sabotage.over == "profile":
        profile = json.loads(json.dumps(sabotage.base))
        sabotage.change(profile)
        found = list(reviewed(profile, folder).findings)
    else:
        found = list(findings_about(changed(sabotage, folder)))
    return {finding.code for finding in found if finding.severity is not Severity.NOTE}


def findings_about(items: list[Manifest]) -> Iterator[Finding]:
    """What the rules over objects, the look at references and the schema find."""
    objects = Manifests(tuple(items))
    for rule in MANIFEST_RULES:
        yield from rule.findings(objects, None)
    for fault in faults(tuple(RenderedObject(str(place), item) for place, item in enumerate(items))):
        yield Finding(*BROKEN_REFERENCE, fault.fact, fault.fix)
    for item in items:
        for violation in violations(item, VERSION):
            yield Finding(*REFUSED_BY_SCHEMA, str(violation), "")


def told(result: Result) -> list[str]:
    """Everything that did not hold: problems, and the names of measures beyond their limit."""
    return [*result.problems, *(measure.name for measure in result.measures if not measure.held)]
