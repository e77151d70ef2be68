"""What is written as kubernetesVersion, as `kubectl version` and providers print it, is answered with what to write."""

from __future__ import annotations

import pytest

from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.source import source_from_text
from redismanifests.profile.form import profile_from


def _profile(version: str) -> str:
    return f"name: redis\nnamespace: shop\nkubernetesVersion: {version}\n"


@pytest.mark.parametrize(
    ("written", "fix"),
    [
        ("v1.32.4", "write 1.32"),
        ('"v1.32"', "write 1.32"),
        ("1.32.1", "write 1.32"),
        ("v1.32.4-gke.1106000", "write 1.32"),
        ("v1.31.5+k3s1", "write 1.31"),
        ('"1.38"', "write 1.37, which judges all but what is new, or use a newer redismanifests"),
        ("v1.38.0", "write 1.37, which judges all but what is new, or use a newer redismanifests"),
        ('"2.0"', "write 1.37, which judges all but what is new, or use a newer redismanifests"),
        ("1.24", "write 1.27 or newer, and upgrade the cluster first"),
        ("latest", "write one of: 1.27, 1.28, 1.29, 1.30, 1.31, 1.32, 1.33, 1.34, 1.35, 1.36 or 1.37"),
    ],
)
def test_a_version_that_is_none_is_answered_with_the_one_to_write(written: str, fix: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        profile_from(source_from_text("p.yaml", _profile(written)))
    assert [(f.code, f.fix) for f in refused.value.findings] == [("RM004", fix)]


@pytest.mark.parametrize("written", ["1.30", '"1.30"', "1.37"])
def test_a_minor_version_is_read_quoted_or_not(written: str) -> None:
    assert profile_from(source_from_text("p.yaml", _profile(written))).kubernetes_version == written.strip(
        '"'
    )
