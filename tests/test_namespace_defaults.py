"""What a LimitRange sets is judged as if the profile had said it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from redismanifests.core.findings import ProfileRefused
from redismanifests.judge.case import demands as namespace_files
from redismanifests.judge.case.admitted import admitted
from redismanifests.judge.review import Review, review

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.findings import Finding
    from redismanifests.core.findings import Path as SettingPath

LIMIT_RANGE = """
apiVersion: v1
kind: LimitRange
metadata: {name: team-limits, namespace: shop}
spec:
  limits:
    - {type: Container, %s}
"""


def _reviewed(folder: Path, limits: str, profile: str = "") -> Review:
    (folder / "limits.yaml").write_text(LIMIT_RANGE % limits, encoding="utf-8")
    text = f"name: redis\nnamespace: shop\nlimits: [limits.yaml]\n{profile}"
    (folder / "profile.yaml").write_text(text, encoding="utf-8")
    return review(folder / "profile.yaml")


def _one(reviewed: Review, code: str) -> Finding:
    (found,) = [finding for finding in reviewed.findings if finding.code == code]
    return found


def test_a_cpu_limit_that_the_namespace_sets_throttles_sentinel_as_a_written_one(tmp_path: Path) -> None:
    found = _one(_reviewed(tmp_path, "default: {cpu: 200m}, defaultRequest: {cpu: 100m}"), "RM025")
    assert found.path == ("sentinel", "resources", "limits", "cpu")
    assert found.fact.startswith("LimitRange team-limits sets 200m: ")
    assert found.fix.startswith("set sentinel.resources.limits.cpu to 1: ")


def test_the_fix_of_a_written_limit_does_not_bring_back_that_of_the_namespace(tmp_path: Path) -> None:
    written = "sentinel: {resources: {limits: {cpu: 150m}}}\n"
    found = _one(_reviewed(tmp_path, "default: {cpu: 200m}, defaultRequest: {cpu: 100m}", written), "RM025")
    assert "remove" not in found.fix
    assert found.fix.startswith("set sentinel.resources.limits.cpu to 1: ")


@pytest.mark.parametrize(("section", "code"), [("redis", "RM235"), ("sentinel", "RM025")])
def test_following_the_fix_ends_the_finding(tmp_path: Path, section: str, code: str) -> None:
    written = f'{section}: {{resources: {{limits: {{cpu: "1"}}}}}}\n'
    reviewed = _reviewed(tmp_path, "default: {cpu: 200m}, defaultRequest: {cpu: 100m}", written)
    assert not [
        f for f in reviewed.findings if f.path[:1] == (section,) and f.code in (code, "RM104", "RM030")
    ]


def test_a_maximum_below_what_is_needed_sends_to_the_owner_of_the_namespace(tmp_path: Path) -> None:
    found = _one(_reviewed(tmp_path, "max: {cpu: 500m}"), "RM025")
    assert found.fix == (
        "ask the owner of the namespace for a maximum of 1 cpu for each container: LimitRange team-limits admits 500m"
    )


def test_an_ephemeral_storage_limit_of_the_namespace_evicts_an_emptydir(tmp_path: Path) -> None:
    cache = "redis: {storage: {kind: emptyDir}, aof: {enabled: false}, rdb: {save: []}}\n"
    found = _one(_reviewed(tmp_path, "default: {ephemeral-storage: 100Mi}", cache), "RM236")
    assert "beyond 200Mi" in found.fact  # with the exporter's


def test_requests_that_the_namespace_sets_are_requests(tmp_path: Path) -> None:
    profile = "".join(
        f"{section}: {{resources: {{requests: {{cpu: null}}}}}}\n" for section in ("redis", "sentinel")
    )
    codes = {f.code for f in _reviewed(tmp_path, "defaultRequest: {cpu: 100m}", profile).findings}
    assert "RM140" not in codes


CPU = st.sampled_from(["100m", "250m", "500m", "999m", "1", "2", "1500m"])
DISK = st.sampled_from(["100Mi", "1Gi", "3Gi", "10Gi"])
AMOUNTS = st.fixed_dictionaries(
    {}, optional={"cpu": CPU, "ephemeral-storage": DISK, "memory": st.just("1Gi")}
)
WRITTEN = st.fixed_dictionaries({}, optional={"cpu": st.one_of(CPU, st.none()), "ephemeral-storage": DISK})
RESOURCES = st.fixed_dictionaries({}, optional={"requests": WRITTEN, "limits": WRITTEN})
SECTION = st.fixed_dictionaries({}, optional={"resources": RESOURCES})
DOCUMENTS = st.fixed_dictionaries(
    {"name": st.just("redis"), "namespace": st.just("shop"), "limits": st.just(["limits.yaml"])},
    optional={
        "redis": st.fixed_dictionaries(
            {"storage": st.fixed_dictionaries({"kind": st.sampled_from(["claim", "emptyDir"])})},
            optional={"resources": RESOURCES},
        ),
        "sentinel": SECTION,
        "exporters": st.fixed_dictionaries({}, optional={"redis": SECTION, "sentinel": SECTION}),
    },
)
ITEMS = st.fixed_dictionaries(
    {"type": st.just("Container")},
    optional={"default": AMOUNTS, "defaultRequest": AMOUNTS, "max": AMOUNTS, "min": AMOUNTS},
)


def _write(document: dict[str, Any], path: SettingPath, value: str) -> None:
    for step in path[:-1]:
        document = document.setdefault(str(step), {})
    document[str(path[-1])] = value


def _about(findings: tuple[Finding, ...]) -> set[tuple[str, SettingPath]]:
    """Code and container: RM104 becomes RM030 where both amounts are written."""
    return {(f.code.replace("RM104", "RM030"), f.path[:2]) for f in findings}


@settings(
    max_examples=150,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(document=DOCUMENTS, items=st.lists(ITEMS, min_size=1, max_size=2))
def test_writing_what_the_namespace_sets_into_the_profile_adds_no_finding(
    document: dict[str, Any], items: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    limits = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l"}, "spec": {"limits": items}}
    (folder / "limits.yaml").write_text(yaml.safe_dump(limits), encoding="utf-8")
    path = folder / "profile.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    try:
        before = review(path)
    except ProfileRefused:
        return
    stored = admitted(
        before.profile,
        before.rendering,
        namespace_files.read(before.profile, before.source, ()).limit_ranges,
    )
    for setting, amount in stored.filled.items():
        _write(document, setting, str(amount))
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    assert _about(review(path).findings) <= _about(before.findings)
