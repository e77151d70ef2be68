"""LimitRange object: what the API server stores of it, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from redismanifests.judge.admission.limit_range.limit_range import ManifestError, read_limit_ranges


def limit_range(*items: object, **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "limits"},
        "spec": {"limits": list(items)},
        **more,
    }


def problems(root: object) -> list[tuple[str, str]]:
    """Path and fact of every problem."""
    with pytest.raises(ManifestError) as caught:
        read_limit_ranges(root)
    return [(".".join(map(str, problem.path)), problem.fact) for problem in caught.value.problems]


def test_the_defaults_of_a_container_item_follow_max_default_and_min() -> None:
    item = {
        "type": "Container",
        "min": {"cpu": "100m", "memory": "64Mi"},
        "max": {"cpu": "1"},
        "default": {"ephemeral-storage": "1Gi"},
        "defaultRequest": {"cpu": "200m"},
    }
    ((read,),) = (each.items for each in read_limit_ranges(limit_range(item)))
    assert {key: str(value) for key, value in read.default.items()} == {
        "cpu": "1",
        "ephemeral-storage": "1Gi",
    }
    assert {key: str(value) for key, value in read.default_request.items()} == {
        "cpu": "200m",
        "memory": "64Mi",
        "ephemeral-storage": "1Gi",
    }


@pytest.mark.parametrize("kind", ["Pod", "PersistentVolumeClaim"])
def test_other_items_get_no_defaults(kind: str) -> None:
    ((read,),) = (
        each.items
        for each in read_limit_ranges(
            limit_range(
                {"type": kind, "max": {"storage": "1Gi"}}
                if kind != "Pod"
                else {"type": kind, "max": {"cpu": 1}}
            )
        )
    )
    assert (dict(read.default), dict(read.default_request)) == ({}, {})


def test_one_object_a_list_and_several_documents_are_read_alike() -> None:
    one = limit_range({"type": "Container", "max": {"cpu": 1}})
    for root in (one, {"kind": "List", "items": [one]}, {"kind": "LimitRangeList", "items": [one]}, [one]):
        assert [each.name for each in read_limit_ranges(root)] == ["limits"]
    assert read_limit_ranges({"kind": "List", "items": []}) == ()
    (read,) = read_limit_ranges([{"kind": "List", "items": [one]}])
    assert read.items[0].path == (0, "items", 0, "spec", "limits", 0)


@pytest.mark.parametrize(
    ("item", "path", "fact"),
    [
        ({"min": {"cpu": 2}, "max": {"cpu": 1}}, "min.cpu", "min value 2 is greater than max value 1"),
        (
            {"default": {"cpu": 2}, "max": {"cpu": 1}},
            "default.cpu",
            "default value 2 is greater than max value 1",
        ),
        (
            {"min": {"cpu": 2}, "default": {"cpu": 1}},
            "min.cpu",
            "min value 2 is greater than default value 1",
        ),
        (
            {"min": {"cpu": 2}, "defaultRequest": {"cpu": 1}},
            "min.cpu",
            "min value 2 is greater than default request value 1",
        ),
        (
            {"defaultRequest": {"cpu": 2}, "max": {"cpu": 1}},
            "defaultRequest.cpu",
            "default request value 2 is greater than max value 1",
        ),
        (
            {"defaultRequest": {"cpu": 2}, "default": {"cpu": 1}},
            "defaultRequest.cpu",
            "default request value 2 is greater than default limit value 1",
        ),
        (
            {"maxLimitRequestRatio": {"cpu": "500m"}},
            "maxLimitRequestRatio.cpu",
            "ratio 500m is less than 1",
        ),
        (
            {"min": {"cpu": 1}, "max": {"cpu": 2}, "maxLimitRequestRatio": {"cpu": 3}},
            "maxLimitRequestRatio.cpu",
            "ratio 3 is greater than max/min = 2.000000",
        ),
        (
            {"max": {"hugepages-2Mi": "4Mi"}, "defaultRequest": {"hugepages-2Mi": "2Mi"}},
            "defaultRequest.hugepages-2Mi",
            "default value 4Mi must equal to defaultRequest value 2Mi in hugepages-2Mi",
        ),
        (
            {"max": {"disk": 1}},
            "max.disk",
            "disk is neither a standard resource for Container nor has it a domain",
        ),
        ({"max": {"a b": 1}}, "max.a b", "'a b' is no name of a resource"),
        ({"max": {"memory": "1GB"}}, "max.memory", "GB is no unit: write 1Gi or 1G"),
        ({"max": []}, "max", "max is a list, not a mapping"),
        ({"maximum": {"cpu": 1}}, "maximum", "a LimitRange knows no maximum"),
    ],
)
def test_what_the_api_server_refuses_is_refused_at_its_place(
    item: dict[str, Any], path: str, fact: str
) -> None:
    assert problems(limit_range({"type": "Container", **item})) == [(f"spec.limits.0.{path}", fact)]


@pytest.mark.parametrize(
    ("items", "path", "fact"),
    [
        ([{"type": "Containers"}], "0.type", "'Containers' is no type of limit"),
        ([{"max": {"cpu": 1}}], "0.type", "'' is no type of limit"),
        (
            [{"type": "Container"}, {"type": "Container"}],
            "1.type",
            "there are two entries of type Container",
        ),
        (
            [{"type": "Pod", "default": {"cpu": 1}}],
            "0.default",
            "default may not be specified when type is Pod",
        ),
        (
            [{"type": "PersistentVolumeClaim", "max": {"cpu": 1}}],
            "0",
            "either minimum or maximum storage value is required, but neither was provided",
        ),
        (["Container"], "0", "this is a string, not a mapping"),
    ],
)
def test_types_are_known_and_unique(items: list[object], path: str, fact: str) -> None:
    assert problems(limit_range(*items)) == [(f"spec.limits.{path}", fact)]


def test_a_limit_type_and_a_resource_with_a_domain_are_taken() -> None:
    read_limit_ranges(limit_range({"type": "example.com/thing", "max": {"example.com/part": 1}}))


@pytest.mark.parametrize(
    ("root", "path", "fact"),
    [
        (None, "", "this is empty, not an object"),
        ("text", "", "this is a string, not an object"),
        ({}, "", "this object has no kind"),
        ({"kind": "ResourceQuota"}, "kind", "this is a ResourceQuota, not a LimitRange"),
        (
            {"kind": "LimitRange", "apiVersion": "v2", "metadata": {"name": "a"}},
            "apiVersion",
            "a LimitRange of v2 does not exist",
        ),
        ({"kind": "List"}, "", "this List has no items"),
        ({"kind": "List", "items": ["a"]}, "items.0", "this is a string, not an object"),
        ({"kind": "List", "items": [{"kind": "Pod"}]}, "items.0.kind", "this is a Pod, not a LimitRange"),
        ({"kind": "LimitRange", "metadata": {"name": "a"}}, "", "spec.limits is missing"),
        ({"kind": "LimitRange", "metadata": {"name": "a"}, "spec": {}}, "spec", "spec.limits is missing"),
        (
            {"kind": "LimitRange", "metadata": {"name": "a"}, "spec": {"limits": {}}},
            "spec.limits",
            "spec.limits is a mapping, not a list",
        ),
        (
            {"kind": "LimitRange", "spec": {"limits": []}},
            "",
            "it is empty: write an object name such as my-name",
        ),
    ],
)
def test_what_is_no_limit_range_is_told(root: object, path: str, fact: str) -> None:
    assert problems(root) == [(path, fact)]


def test_all_problems_are_told_at_once_and_with_a_fix() -> None:
    with pytest.raises(ManifestError) as caught:
        read_limit_ranges(
            limit_range(
                {"type": "Container", "min": {"cpu": 2, "memory": "2Gi"}, "max": {"cpu": 1, "memory": "1Gi"}},
                {"type": "Pod", "max": {"cpu": "1 core"}},
            )
        )
    assert len(caught.value.problems) == 3
    assert all(problem.fix for problem in caught.value.problems)
    assert "spec.limits[0].min.cpu: min value 2 is greater than max value 1" in str(caught.value)
