"""What the annotations of an OpenShift namespace say of the rendered pods, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.judge.admission.openshift import GROUPS, USERS
from redismanifests.judge.review import review

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.findings import Finding

OURS = {USERS: "1000680000/10000", GROUPS: "1000680000/10000"}


def found(
    tmp_path: Path, profile: str = "", annotations: dict[str, str] | None = None, uid: str = "uid: a"
) -> list[Finding]:
    """What is said of a profile in a namespace with these annotations."""
    lines = "".join(
        f'    {key}: "{value}"\n' for key, value in (OURS if annotations is None else annotations).items()
    )
    (tmp_path / "namespace.yaml").write_text(
        f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  {uid}\n  annotations:\n    a: b\n{lines}"
    )
    path = tmp_path / "profile.yaml"
    path.write_text(f"name: redis\nnamespace: shop\nlimits: [namespace.yaml]\n{profile}")
    return [each for each in review(path).findings if "RM260" <= each.code <= "RM263"]


def test_fixed_ids_outside_of_the_range_are_an_error_and_the_fix_takes_it_away(tmp_path: Path) -> None:
    (told,) = found(tmp_path)
    assert (told.code, told.path, told.severity) == ("RM260", ("platform",), "error")
    assert "user 999, user 59000, fsGroup 999" in told.fact
    assert [(change.path, change.value) for change in told.changes] == [(("platform",), "openshift")]
    assert found(tmp_path, "platform: openshift\n") == []


@pytest.mark.parametrize(
    ("profile", "asked"),
    [
        ("redis: {user: 1000680000}\n", "user 59000, fsGroup 999"),
        ("redis: {user: 1000689999, group: 1000680000}\n", "user 59000, fsGroup 999"),
        (
            "redis: {user: 1000690000, group: 1000680001}\n",
            "user 1000690000, user 59000, fsGroup 999, fsGroup 1000680001",
        ),
        ("exporters: {redis: {enabled: false}, sentinel: {enabled: false}}\n", "user 999, fsGroup 999"),
    ],
)
def test_only_the_ids_that_lie_outside_are_named(tmp_path: Path, profile: str, asked: str) -> None:
    # The group of the Sentinels follows their image, whatever redis.group says.
    (told,) = found(tmp_path, profile)
    assert told.fact.partition(" ask for ")[2] == asked


def test_a_range_that_holds_our_ids_is_not_told_of(tmp_path: Path) -> None:
    assert found(tmp_path, annotations={USERS: "0-99999", GROUPS: "999/1"}) == []
    (told,) = found(tmp_path, annotations={USERS: "0-99999"})
    assert told.fact.endswith("ask for fsGroup 999")


def test_an_id_that_is_written_and_not_rendered_is_told(tmp_path: Path) -> None:
    told = found(tmp_path, "platform: openshift\nredis: {user: 5, group: 6}\n")
    assert [(each.code, each.path) for each in told] == [
        ("RM262", ("redis", "user")),
        ("RM262", ("redis", "group")),
    ]


def test_a_written_id_must_go_with_the_change_of_the_platform(tmp_path: Path) -> None:
    (told,) = found(tmp_path, "redis: {user: 5}\n")
    assert told.fix.endswith("and remove redis.user")
    assert told.changes == ()


def test_a_stored_namespace_without_a_range_assigns_nothing(tmp_path: Path) -> None:
    (told,) = found(tmp_path, "platform: openshift\n", annotations={})
    assert (told.code, told.path) == ("RM263", ("platform",))
    assert [change.value for change in told.changes] == ["kubernetes"]
    # What a person wrote for git holds no annotation of the cluster.
    assert found(tmp_path, "platform: openshift\n", annotations={}, uid="labels: {}") == []
    assert found(tmp_path, annotations={}) == []


def test_a_range_that_cannot_be_read_is_told_once_and_in_its_file(tmp_path: Path) -> None:
    for profile in ("", "platform: openshift\n"):
        (told,) = found(tmp_path, profile, annotations={USERS: "many"})
        assert (told.code, told.path[-1]) == ("RM261", USERS)
        assert told.source
        assert told.source.name.endswith("namespace.yaml")
