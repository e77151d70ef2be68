"""Profiles no one wrote: accepted ones are whole and legal, refused ones name a place, none is a traceback."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings

from deployment import COMMITTED, by_kind_and_name
from hostiletext import FRAGMENTS, SAMPLES
from profilestrategy import SECTIONS, profiles
from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.repeated import repeated_key
from redismanifests.core.sources.source import source_from_bytes
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.kubernetes import violations
from redismanifests.judge.review import Review, review
from redismanifests.present.documents.findings import problems
from redismanifests.present.writers import written
from redismanifests.profile.model import Profile
from yamlreaders import read_1_1

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redismanifests.core.findings import Finding


@pytest.fixture(scope="module")
def tally() -> dict[str, int]:
    return {"accepted": 0, "refused": 0}


@settings(
    max_examples=1000,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(profile=profiles())
def test_a_generated_profile_is_rendered_whole_or_refused_at_a_place(
    profile: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, tally: dict[str, int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "generated.yaml"
    path.write_text(yaml.dump(profile, Dumper=yaml.CSafeDumper, allow_unicode=True), encoding="utf-8")
    try:
        reviewed = review(path)
        reviewed.accepted()
    except ProfileRefused as refused:
        tally["refused"] += 1
        _names_a_place(refused.findings)
    else:
        tally["accepted"] += 1
        _is_legal(reviewed)
        _hangs_together(reviewed)


def test_generated_profiles_were_both_accepted_and_refused(tally: dict[str, int]) -> None:
    if sum(tally.values()):
        assert min(tally.values()) >= 100, tally


def test_every_section_of_a_profile_is_generated() -> None:
    generated = {*SECTIONS, "name", "namespace", "limits"}
    assert generated == {declared.alias for declared in Profile.settings.values()}


def _names_a_place(findings: tuple[Finding, ...]) -> None:
    assert any(finding.severity == "error" for finding in findings)
    for finding in findings:
        line, column, width = finding.place()
        assert finding.source is not None
        assert 1 <= line <= len(finding.source.text.splitlines())
        assert column >= 1
        assert width >= 1
    assert written(problems(findings), "text")


def _is_legal(reviewed: Review) -> None:
    rendering = reviewed.rendering
    for item in rendering.objects:
        assert repeated_key(rendering.files[item.file].decode()) is None
        assert read_1_1(rendering.files[item.file]) == item.manifest
        assert violations(item.manifest, reviewed.profile.kubernetes_version) == []


def _hangs_together(reviewed: Review) -> None:
    """Names and selectors, said once more in other words than src/redismanifests/judge/objects."""
    objects = by_kind_and_name(reviewed.rendering.objects)
    assert len(objects) == len(reviewed.rendering.objects) == len(reviewed.rendering.files)
    sets = [manifest for (kind, _), manifest in objects.items() if kind == "StatefulSet"]
    assert len(sets) == 2
    selected = [_pods(manifest) for manifest in sets]
    for manifest in sets:
        spec = manifest["spec"]
        pod = spec["template"]["spec"]
        assert ("Service", spec["serviceName"]) in objects
        assert ("ServiceAccount", pod["serviceAccountName"]) in objects
        assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
        volumes = {v["name"] for v in pod["volumes"]} | {
            claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", ())
        }
        assert {m["name"] for c in pod["containers"] for m in c.get("volumeMounts", ())} <= volumes
        for text in (spec["template"]["metadata"]["annotations"], spec["template"]["metadata"]["labels"]):
            assert all(isinstance(value, str) for value in text.values())
    for (kind, _), manifest in objects.items():
        if kind == "Service":
            selector = manifest["spec"]["selector"].items()
            matching = [labels for pods in selected for labels in pods if selector <= labels.items()]
            assert matching
            assert len({labels["app"] for labels in matching}) == 1
    for key, value in reviewed.profile.pods.annotations.items():
        assert all(m["spec"]["template"]["metadata"]["annotations"][key] == value for m in sets)


def _pods(manifest: dict[str, Any]) -> list[dict[str, str]]:
    name, labels = manifest["metadata"]["name"], manifest["spec"]["template"]["metadata"]["labels"]
    return [
        {**labels, "statefulset.kubernetes.io/pod-name": f"{name}-{ordinal}"}
        for ordinal in range(manifest["spec"]["replicas"])
    ]


TEXTS = tuple(path.read_text(encoding="utf-8") for path in COMMITTED)
LINES = tuple(line for text in TEXTS for line in text.splitlines() if line)


def _noise(chance: random.Random) -> bytes:
    """Bytes: any, or such as YAML is made of."""
    if chance.random() < 0.5:
        return chance.randbytes(chance.randrange(200))
    pieces = (*FRAGMENTS, *"1{}[],\r\0\x85ñ%", "\n", "\n  ", "name", "redis", ": ")
    text = "".join(chance.choices(pieces, k=chance.randrange(60)))
    return text.encode()[: chance.randrange(200)]


def _mutated(chance: random.Random) -> bytes:
    """A committed profile with a few lines, characters or bytes changed."""
    lines = chance.choice(TEXTS).splitlines(keepends=True)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines) or 1)
        match chance.randrange(6):
            case 0:
                del lines[at : at + chance.randint(1, 3)]
            case 1:
                lines.insert(at, " " * chance.randrange(7) + chance.choice(LINES).strip() + "\n")
            case 2 if lines:
                lines[at] = lines[at].replace(" ", "", 1) if chance.random() < 0.5 else f" {lines[at]}"
            case 3 if lines:
                key = lines[at].partition(":")[0]
                lines[at] = f"{key}: {chance.choice(SAMPLES)}\n"
            case 4 if lines:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case _ if lines:
                middle = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:middle] + chance.choice(FRAGMENTS) + lines[at][middle:]
    return "".join(lines).encode()


def _texts(kind: str, count: int) -> Iterator[bytes]:
    chance = random.Random(f"redismanifests {kind}")
    for _ in range(count):
        yield _noise(chance) if kind == "noise" else _mutated(chance)


def test_random_bytes_end_in_findings_never_in_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    for content in _texts("noise", 3000):
        path.write_bytes(content)
        with pytest.raises(ProfileRefused) as refused:
            review(path)
        assert refused.value.findings
        assert written(problems(refused.value.findings), "text")


def test_mutated_profiles_end_in_findings_never_in_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    refused = 0
    for content in _texts("mutated", 2000):
        path.write_bytes(content)
        try:
            findings = review(path).findings
        except RedismanifestsError as error:
            assert isinstance(error, ProfileRefused)
            findings = error.findings
            refused += 1
        assert written(problems(findings), "text") or not findings
    assert refused > 500


def test_random_limits_end_in_findings_never_in_a_traceback(tmp_path: Path) -> None:
    profile, limits = tmp_path / "profile.yaml", tmp_path / "limits.yaml"
    profile.write_text("name: redis\nnamespace: shop\nlimits: [limits.yaml]\n", encoding="utf-8")
    for content in _texts("noise", 100):
        limits.write_bytes(content)
        assert {f.code for f in review(profile).findings} == {"RM100"}


@pytest.mark.parametrize("opening", [b"[", b"{a: ", b"- ", b"a:\n ", b"? "])
def test_deep_nesting_ends_in_a_finding(opening: bytes) -> None:
    with pytest.raises(ProfileRefused):
        source_from_bytes("deep.yaml", opening * 100_000)
