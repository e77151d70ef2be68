"""A size without its unit is refused with the one that was probably meant; annotations are counted as by Kubernetes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.source import source_from_text
from redismanifests.features.pod.settings import MOST_ANNOTATION_BYTES
from redismanifests.profile.form import profile_from

if TYPE_CHECKING:
    from redismanifests.core.findings import Finding

HEAD = "name: redis\nnamespace: shop\n"


def _refused(text: str) -> Finding:
    with pytest.raises(ProfileRefused) as refused:
        profile_from(source_from_text("profile.yaml", HEAD + text))
    (finding,) = refused.value.findings
    return finding


@pytest.mark.parametrize(
    ("text", "fact", "fix"),
    [
        ("redis: {storage: {size: 10}}", "10 is 10 bytes", "did you mean 10Gi?"),
        ("redis: {resources: {limits: {memory: 1}}}", "1 is 1 byte", "did you mean 1Gi?"),
        ("redis: {maxmemory: 1}", "1 is 1 byte", "did you mean 1Gi?"),
        ("redis: {resources: {limits: {memory: 512}}}", "512 is 512 bytes", "did you mean 512Mi?"),
        ("sentinel: {storage: {size: 500k}}", "500k is 500000 bytes", "did you mean 500Mi?"),
        ("redis: {replBacklogSize: 64Ki}", "64Ki is 65536 bytes", "did you mean 64Mi?"),
        ("redis: {storage: {size: 99999}}", "99999 is 99999 bytes", "write a size such as 10Gi"),
        ("redis: {storage: {size: 512m}}", "512m is not a number of bytes", "write one such as 10Gi"),
    ],
)
def test_a_size_below_a_mebibyte_has_lost_its_unit(text: str, fact: str, fix: str) -> None:
    finding = _refused(text)
    assert (finding.code, finding.fact, finding.fix) == ("RM004", fact, fix)


def test_a_mebibyte_is_a_size_and_zero_bytes_of_maxmemory_are_for_a_rule() -> None:
    text = "redis: {maxmemory: 0, storage: {size: 1Mi}}"
    assert profile_from(source_from_text("profile.yaml", HEAD + text)).redis.maxmemory.bytes == 0


def test_annotations_of_more_than_the_api_server_takes_are_refused_with_their_size() -> None:
    value = "x" * (MOST_ANNOTATION_BYTES - 4)
    profile_from(source_from_text("profile.yaml", f"{HEAD}pods: {{annotations: {{note: {value}}}}}"))
    finding = _refused(f"pods: {{annotations: {{note: é{value[:-1]}}}}}")
    assert finding.fact.startswith(f"{MOST_ANNOTATION_BYTES + 1} bytes of annotations")
