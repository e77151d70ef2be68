"""Limit range: what a namespace makes of a pod and a claim, each constraint each way."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.admission.limit_range.limit_range import (
    FROM_LIMIT,
    WRITTEN,
    Decision,
    ManifestError,
    decide_claim,
    decide_pod,
    read_limit_ranges,
)

if TYPE_CHECKING:
    from redismanifests.core.values.limit_range import LimitRange


def limits(*items: dict[str, Any], name: str = "limits") -> tuple[LimitRange, ...]:
    return read_limit_ranges(limit_range(*items, name=name))


def limit_range(*items: dict[str, Any], name: str = "limits") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": name},
        "spec": {"limits": list(items)},
    }


def container(
    requests: dict[str, Any], limits: dict[str, Any], name: str = "redis", **more: Any
) -> dict[str, Any]:
    return {"name": name, "resources": {"requests": requests, "limits": limits}, **more}


def pod(*containers: dict[str, Any], init: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    return {"containers": list(containers), "initContainers": list(init), **more}


def texts(decision: Decision) -> list[str]:
    return [violation.text for violation in decision.violations]


def changes(decision: Decision) -> dict[str, str]:
    """Path to quantity."""
    found = {}
    for violation in decision.violations:
        for change in violation.changes:
            found[".".join(map(str, change.path))] = str(change.quantity)
    return found


def with_changes(spec: dict[str, Any], decision: Decision) -> dict[str, Any]:
    """The pod spec with every change written."""
    new = copy.deepcopy(spec)
    for violation in decision.violations:
        for change in violation.changes:
            place: Any = new
            for key in change.path[:-1]:
                place = place[key] if isinstance(key, int) else place.setdefault(key, {})
            place[change.path[-1]] = str(change.quantity)
    return new


MIN = {"type": "Container", "min": {"cpu": "100m"}}
MAX = {"type": "Container", "max": {"cpu": "1"}}
RATIO = {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}}
POD_MIN = {"type": "Pod", "min": {"cpu": "300m"}}
POD_MAX = {"type": "Pod", "max": {"cpu": "1"}}
POD_RATIO = {"type": "Pod", "maxLimitRequestRatio": {"cpu": "2"}}


@pytest.mark.parametrize(
    ("item", "requests", "limit", "text", "written"),
    [
        (MIN, {"cpu": "100m"}, {"cpu": "100m"}, None, {}),
        (
            MIN,
            {"cpu": "10m"},
            {"cpu": "1"},
            "minimum cpu usage per Container is 100m, but request is 10m",
            {"requests": "100m"},
        ),
        (
            MIN,
            {"cpu": "10m"},
            {"cpu": "50m"},
            "minimum cpu usage per Container is 100m, but request is 10m",
            {"requests": "100m", "limits": "100m"},
        ),
        (
            MIN,
            {},
            {"cpu": "50m"},
            "minimum cpu usage per Container is 100m, but request is 50m",
            {"limits": "100m"},
        ),
        (MIN, {}, {}, None, {}),
        (MAX, {"cpu": "1"}, {"cpu": "1000m"}, None, {}),
        (
            MAX,
            {"cpu": "500m"},
            {"cpu": "1001m"},
            "maximum cpu usage per Container is 1, but limit is 1001m",
            {"limits": "1"},
        ),
        (
            MAX,
            {"cpu": "2"},
            {"cpu": "2"},
            "maximum cpu usage per Container is 1, but limit is 2",
            {"requests": "1", "limits": "1"},
        ),
        (MAX, {}, {"cpu": 2}, "maximum cpu usage per Container is 1, but limit is 2", {"limits": "1"}),
        (MAX, {}, {}, None, {}),
        (RATIO, {"cpu": "500m"}, {"cpu": "1"}, None, {}),
        (
            RATIO,
            {"cpu": "400m"},
            {"cpu": "1"},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 2.500000",
            {"requests": "500m"},
        ),
        (
            RATIO,
            {"cpu": "400m"},
            {},
            "cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0",
            {"limits": "400m"},
        ),
        (
            RATIO,
            {},
            {},
            "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0",
            {},
        ),
        (
            RATIO,
            {"cpu": "0"},
            {"cpu": "1"},
            "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0",
            {"requests": "500m"},
        ),
        (POD_MIN, {"cpu": "300m"}, {}, None, {}),
        (
            POD_MIN,
            {"cpu": "200m"},
            {},
            "minimum cpu usage per Pod is 300m, but request is 200m",
            {"requests": "300m"},
        ),
        (
            POD_MIN,
            {},
            {},
            "minimum cpu usage per Pod is 300m.  No request is specified",
            {"requests": "300m"},
        ),
        (POD_MAX, {}, {"cpu": "1"}, None, {}),
        (POD_MAX, {}, {"cpu": "2"}, "maximum cpu usage per Pod is 1, but limit is 2", {"limits": "1"}),
        (
            POD_MAX,
            {"cpu": "200m"},
            {},
            "maximum cpu usage per Pod is 1.  No limit is specified",
            {"limits": "200m"},
        ),
        (POD_RATIO, {"cpu": "1"}, {"cpu": "2"}, None, {}),
        (
            POD_RATIO,
            {"cpu": "1"},
            {"cpu": "3"},
            "cpu max limit to request ratio per Pod is 2, but provided ratio is 3.000000",
            {"requests": "1500m"},
        ),
    ],
)
def test_each_constraint_each_way(
    item: dict[str, Any],
    requests: dict[str, Any],
    limit: dict[str, Any],
    text: str | None,
    written: dict[str, str],
) -> None:
    spec = pod(container(requests, limit))
    decision = decide_pod(limits(item), spec, "redis-0")
    assert texts(decision) == ([] if text is None else [text])
    assert decision.admitted == (text is None)
    assert changes(decision) == {
        f"containers.0.resources.{side}.cpu": value for side, value in written.items()
    }
    if written:
        assert decide_pod(limits(item), with_changes(spec, decision)).admitted


def test_a_violation_names_everything_it_is_about() -> None:
    (violation,) = decide_pod(limits(MIN), pod(container({"cpu": "10m"}, {"cpu": "1"}))).violations
    assert (violation.limit_range, violation.item_type, violation.item_path) == (
        "limits",
        "Container",
        ("spec", "limits", 0),
    )
    assert (violation.constraint, violation.resource, violation.subject) == ("min", "cpu", "redis")
    assert (violation.side, violation.asked, violation.allowed) == ("request", "10m", "100m")
    assert (violation.origin, violation.subject_path) == (WRITTEN, ("containers", 0))


def test_requests_are_taken_from_limits_before_any_default() -> None:
    spec = pod(container({}, {"cpu": "500m", "memory": "1Gi"}))
    item = {"type": "Container", "defaultRequest": {"cpu": "100m"}, "default": {"cpu": "1"}}
    (redis,) = decide_pod(limits(item), spec).pod.containers
    assert (redis.requests["cpu"], redis.limits["cpu"]) == (Quantity.parse("500m"), Quantity.parse("500m"))
    assert redis.origins["requests", "cpu"] == FROM_LIMIT
    assert redis.origins["limits", "cpu"] == WRITTEN


@pytest.mark.parametrize(
    ("item", "request_", "limit"),
    [
        ({"min": {"cpu": "100m"}}, "100m", None),
        ({"max": {"cpu": "1"}}, "1", "1"),
        ({"min": {"cpu": "100m"}, "max": {"cpu": "1"}}, "1", "1"),
        ({"min": {"cpu": "100m"}, "default": {"cpu": "300m"}}, "300m", "300m"),
        ({"defaultRequest": {"cpu": "200m"}, "max": {"cpu": "1"}}, "200m", "1"),
        ({"defaultRequest": {"cpu": "200m"}}, "200m", None),
    ],
)
def test_a_container_that_asks_for_nothing_gets_the_defaults(
    item: dict[str, Any], request_: str, limit: str | None
) -> None:
    decision = decide_pod(
        limits({"type": "Container", **item}), pod({"name": "redis"}, init=({"name": "init"},))
    )
    assert decision.admitted
    for each in decision.pod.containers:
        assert str(each.requests.get("cpu")) == request_
        assert str(each.limits.get("cpu")) == str(limit)
        assert each.origins["requests", "cpu"] == "limits"


def test_a_ratio_is_judged_after_the_defaults() -> None:
    item = {"type": "Container", "default": {"cpu": "1"}, "maxLimitRequestRatio": {"cpu": "4"}}
    decision = decide_pod(limits(item), pod(container({"cpu": "100m"}, {})))
    assert texts(decision) == [
        "cpu max limit to request ratio per Container is 4, but provided ratio is 10.000000"
    ]
    assert changes(decision) == {"containers.0.resources.requests.cpu": "250m"}


def test_a_request_above_a_default_limit_is_refused_by_the_name_of_the_limit_range() -> None:
    item = {"type": "Container", "default": {"cpu": "200m"}}
    spec = pod(container({"cpu": "500m"}, {}))
    decision = decide_pod(limits(item), spec)
    (violation,) = decision.violations
    assert violation.text == (
        'spec.containers[0].resources.requests: Invalid value: "500m":'
        " must be less than or equal to cpu limit of 200m"
    )
    assert (violation.constraint, violation.limit_range) == ("requestWithinLimit", "limits")
    assert changes(decision) == {"containers.0.resources.limits.cpu": "500m"}
    assert decide_pod(limits(item), with_changes(spec, decision)).admitted


def test_huge_pages_and_devices_are_not_overcommitted() -> None:
    asked = {"cpu": 1, "hugepages-2Mi": "2Mi", "example.com/gpu": 1}
    spec = pod(container(asked, {"hugepages-2Mi": "4Mi"}))
    decision = decide_pod((), spec)
    assert texts(decision) == [
        "spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources",
        'spec.containers[0].resources.requests: Invalid value: "2Mi": must be equal to hugepages-2Mi limit of 4Mi',
    ]
    assert changes(decision)["containers.0.resources.requests.hugepages-2Mi"] == "4Mi"


@pytest.mark.parametrize("resource", ["ephemeral-storage", "hugepages-2Mi", "example.com/gpu", "memory"])
def test_any_resource_is_bounded(resource: str) -> None:
    item = {"type": "Container", "max": {resource: "4Mi"}}
    asked = {"cpu": 1, resource: "8Mi"}
    decision = decide_pod(limits(item), pod(container(asked, asked)))
    assert texts(decision) == [f"maximum {resource} usage per Container is 4Mi, but limit is 8Mi"]


def test_huge_pages_need_cpu_or_memory_beside_them() -> None:
    words = "Forbidden: HugePages require cpu or memory"
    alone = pod({"name": "redis"})
    by_default = limits({"type": "Container", "default": {"hugepages-2Mi": "2Mi"}})
    assert texts(decide_pod(by_default, alone)) == [f"spec.containers[0].resources: {words}"]
    with_memory = pod(container({}, {"memory": "1Gi"}))
    assert decide_pod(by_default, with_memory).admitted
    own = pod(container({"cpu": "1"}, {}), resources={"limits": {"hugepages-2Mi": "2Mi"}})
    assert texts(decide_pod((), own, minor=34)) == []
    assert texts(decide_pod((), pod({"name": "redis"}, resources=own["resources"]))) == [
        f"spec.resources: {words}"
    ]


def test_every_container_is_judged_init_and_sidecar_too() -> None:
    low: dict[str, Any] = {"cpu": "10m"}
    init = (container(low, {}, "init"), container(low, {}, "sidecar", restartPolicy="Always"))
    decision = decide_pod(limits(MIN), pod(container(low, {}), container(low, {}, "exporter"), init=init))
    assert [violation.subject for violation in decision.violations] == [
        "redis",
        "exporter",
        "init",
        "sidecar",
    ]
    assert sorted(changes(decision)) == [
        "containers.0.resources.requests.cpu",
        "containers.1.resources.requests.cpu",
        "initContainers.0.resources.requests.cpu",
        "initContainers.1.resources.requests.cpu",
    ]


def test_an_init_container_is_a_floor_of_the_sum_and_a_sidecar_a_part_of_it() -> None:
    def cpu(amount: str, name: str, **more: str) -> dict[str, Any]:
        return container({"cpu": amount}, {}, name, **more)

    def total(*init: dict[str, Any]) -> str:
        decided = decide_pod((), pod(cpu("300m", "redis"), cpu("200m", "exporter"), init=init))
        return str(decided.pod.total("requests")["cpu"])

    sidecar = cpu("100m", "proxy", restartPolicy="Always")
    assert total() == "500m"
    assert total(cpu("400m", "init")) == "500m"
    assert total(cpu("700m", "init")) == "700m"
    assert total(sidecar) == "600m"
    # An init container runs beside the sidecars before it, not beside those after it.
    assert total(sidecar, cpu("700m", "init")) == "800m"
    assert total(cpu("700m", "init"), sidecar) == "700m"


def test_overhead_does_not_count() -> None:
    spec = pod(container({"cpu": "1"}, {"cpu": "1"}), overhead={"cpu": "500m"})
    assert decide_pod(limits(POD_MAX), spec).admitted


def test_the_pods_own_resources_stand_for_its_sum_from_1_34_on() -> None:
    spec = pod(container({"cpu": "500m"}, {"cpu": "500m"}), resources={"limits": {"cpu": "2"}})
    assert decide_pod(limits(POD_MAX), spec, minor=33).admitted
    assert texts(decide_pod(limits(POD_MAX), spec, minor=34)) == [
        "maximum cpu usage per Pod is 1, but limit is 2"
    ]
    alone = pod({"name": "redis"}, resources={"limits": {"cpu": "1"}})
    decision = decide_pod(limits(POD_MAX), alone)
    assert decision.admitted
    assert str(decision.pod.total("requests")["cpu"]) == "1"


def test_containers_may_not_ask_for_more_than_their_pod() -> None:
    spec = pod(container({"cpu": "2"}, {"cpu": "2"}), resources={"limits": {"cpu": "1"}})
    assert decide_pod((), spec, minor=33).admitted
    # Its request follows the containers, and so is above its own limit.
    assert texts(decide_pod((), spec, minor=34)) == [
        'spec.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
        'spec.resources.containers[0][cpu].limits: Invalid value: "2": must be less than or equal to pod limits of 1',
    ]
    asked = pod(container({"cpu": "2"}, {}), resources={"requests": {"cpu": "1"}})
    assert texts(decide_pod((), asked, minor=34)) == [
        'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container '
        "requests of 2"
    ]


def test_the_pods_own_resources_follow_the_limit_ranges_defaults_from_1_37_on() -> None:
    spec = pod({"name": "redis"}, resources={"limits": {"cpu": "2"}})
    namespace = limits({"type": "Container", "defaultRequest": {"cpu": "100m"}})
    totals = [decide_pod(namespace, spec, minor=minor).pod.total("requests")["cpu"] for minor in (36, 37)]
    assert [str(each) for each in totals] == ["2", "100m"]


def test_the_pods_own_limits_follow_containers_that_all_have_one_from_1_37_on() -> None:
    spec = pod(container({}, {"cpu": "1"}), resources={"requests": {"cpu": "3"}})
    assert [str(decide_pod((), spec, minor=minor).pod.total("limits")["cpu"]) for minor in (36, 37)] == [
        "1",
        "3",
    ]


def test_a_sum_is_mended_in_the_pods_own_resources_where_it_has_them() -> None:
    spec = pod({"name": "redis"}, resources={"requests": {"cpu": "100m"}, "limits": {"cpu": "2"}})
    decision = decide_pod(limits(POD_MAX), spec)
    assert changes(decision) == {"resources.limits.cpu": "1"}
    assert decide_pod(limits(POD_MAX), with_changes(spec, decision)).admitted


def test_a_sum_is_mended_in_the_largest_container() -> None:
    spec = pod(container({}, {"cpu": "300m"}, "exporter"), container({}, {"cpu": "900m"}))
    decision = decide_pod(limits(POD_MAX), spec, "redis-0")
    assert texts(decision) == ["maximum cpu usage per Pod is 1, but limit is 1200m"]
    assert changes(decision) == {"containers.1.resources.limits.cpu": "700m"}
    assert decision.violations[0].subject == "redis-0"


def test_a_change_that_pushes_a_sum_out_of_its_bounds_brings_the_change_of_the_sum_with_it() -> None:
    spec = pod(container({"cpu": "1m"}, {"cpu": "12m"}), container({"cpu": "4m"}, {"cpu": "1m"}, "exporter"))
    namespace = limits({"type": "Pod", "maxLimitRequestRatio": {"cpu": "3"}})
    decision = decide_pod(namespace, spec)
    assert [violation.constraint for violation in decision.violations] == ["requestWithinLimit"]
    assert changes(decision) == {
        "containers.1.resources.limits.cpu": "4m",
        "containers.0.resources.requests.cpu": "2m",
    }
    assert decide_pod(namespace, with_changes(spec, decision)).admitted


def test_all_bounds_are_met_by_one_change() -> None:
    item = {
        "type": "Container",
        "min": {"cpu": "100m"},
        "max": {"cpu": "1"},
        "maxLimitRequestRatio": {"cpu": "2"},
    }
    spec = pod(container({"cpu": "10m"}, {"cpu": "2"}))
    decision = decide_pod(limits(item), spec)
    assert [violation.constraint for violation in decision.violations] == [
        "min",
        "max",
        "maxLimitRequestRatio",
    ]
    assert changes(decision) == {
        "containers.0.resources.limits.cpu": "1",
        "containers.0.resources.requests.cpu": "500m",
    }


def test_a_request_of_bytes_is_mended_to_whole_bytes() -> None:
    item = {"type": "Container", "maxLimitRequestRatio": {"memory": "3"}}
    decision = decide_pod(limits(item), pod(container({"memory": "1Mi"}, {"memory": "1Gi"})))
    assert changes(decision) == {"containers.0.resources.requests.memory": str(-(-(2**30) // 3))}


def test_no_change_is_offered_where_two_limit_ranges_contradict_each_other() -> None:
    both = read_limit_ranges(
        [
            limit_range({"type": "Container", "min": {"cpu": "2"}}, name="a"),
            limit_range({"type": "Container", "max": {"cpu": "1"}}, name="b"),
        ]
    )
    decision = decide_pod(both, pod(container({"cpu": "1"}, {"cpu": "1"})))
    assert not decision.admitted
    assert changes(decision) == {}


def test_every_limit_range_is_judged_and_disagreeing_defaults_are_told() -> None:
    both = read_limit_ranges(
        {
            "kind": "List",
            "items": [
                limit_range({"type": "Container", "default": {"cpu": "2"}}, name="b"),
                limit_range({"type": "Container", "default": {"cpu": "1"}}, name="a"),
            ],
        }
    )
    assert [each.name for each in both] == ["a", "b"]
    decision = decide_pod(both, pod({"name": "redis"}))
    assert str(decision.pod.containers[0].limits["cpu"]) == "1"
    assert [(each.side, each.resource, each.defaults) for each in decision.unsettled] == [
        ("limits", "cpu", (("a", "1"), ("b", "2"))),
        ("requests", "cpu", (("a", "1"), ("b", "2"))),
    ]
    assert decide_pod(both, pod(container({"cpu": "1"}, {"cpu": "1"}))).unsettled == ()


def test_ratios_are_floating_point_before_1_38_and_exact_from_it() -> None:
    # 806/400 is 2.015; as floats it is 2015.0000000000002 thousandths.
    item = {"type": "Container", "maxLimitRequestRatio": {"cpu": "2.015"}}
    spec = pod(container({"cpu": "400m"}, {"cpu": "806m"}))
    assert texts(decide_pod(limits(item), spec, minor=37)) == [
        "cpu max limit to request ratio per Container is 2.015, but provided ratio is 2.015000"
    ]
    assert decide_pod(limits(item), spec, minor=38).admitted
    decision = decide_pod(limits(item), spec, minor=37)
    assert decide_pod(limits(item), with_changes(spec, decision), minor=37).admitted


@pytest.mark.parametrize("minor", [37, 38])
def test_no_change_is_proposed_for_a_ratio_of_zero(minor: int) -> None:
    # It is reported where the file is read, and judged all the same.
    (one,) = limits({"type": "Pod", "maxLimitRequestRatio": {"cpu": "1"}})
    none = one.items[0]._replace(max_ratio={"cpu": Quantity.parse("0")})
    spec = pod(container({"cpu": "400m"}, {"cpu": "806m"}))
    decision = decide_pod((one._replace(items=(none,)),), spec, minor=minor)
    assert not decision.admitted
    assert with_changes(spec, decision) == spec


@pytest.mark.parametrize("minor", [37, 38])
def test_a_ratio_of_hundreds_of_digits_is_one_that_nothing_exceeds(minor: int) -> None:
    item = {"type": "Container", "maxLimitRequestRatio": {"cpu": "9" * 400}}
    spec = pod(container({"cpu": "400m"}, {"cpu": "806m"}))
    assert decide_pod(limits(item), spec, minor=minor).admitted


def test_an_exact_ratio_is_printed_to_six_decimals_rounded_half_to_even() -> None:
    def printed(request: str, limit: str) -> str:
        decision = decide_pod(limits(RATIO), pod(container({"cpu": request}, {"cpu": limit})), minor=38)
        return decision.violations[0].asked

    assert printed("3", "10") == "3.333333"
    assert printed("3", "11") == "3.666667"
    assert printed("200", "600.001") == "3.000005"
    assert printed("2k", "6000.001") == "3.000000"
    assert printed("2k", "6000.003") == "3.000002"


def test_amounts_are_rounded_up_to_thousandths_as_they_are_stored() -> None:
    assert decide_pod(limits(MIN), pod(container({"cpu": "99100u"}, {}))).admitted
    decision = decide_pod(limits(MAX), pod(container({}, {"cpu": "1000001u"})))
    assert texts(decision) == ["maximum cpu usage per Container is 1, but limit is 1001m"]


CLAIM = {"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "5Gi"}}


@pytest.mark.parametrize(
    ("asked", "text", "written"),
    [
        ("1Gi", None, None),
        ("5Gi", None, None),
        ("512Mi", "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi", "1Gi"),
        ("10Gi", "maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi", "5Gi"),
    ],
)
def test_a_claim_is_between_min_and_max(asked: str, text: str | None, written: str | None) -> None:
    claim = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": asked}}}}
    violations = decide_claim(limits(CLAIM), claim)
    assert [each.text for each in violations] == ([] if text is None else [text])
    assert [str(change.quantity) for each in violations for change in each.changes] == (
        [written] if written else []
    )
    assert all(each.subject == "data" for each in violations)


def test_a_claim_without_a_request_is_refused_by_both_bounds() -> None:
    assert [
        each.text for each in decide_claim(limits(CLAIM), {"metadata": {"name": "data"}, "spec": {}})
    ] == [
        "minimum storage usage per PersistentVolumeClaim is 1Gi.  No request is specified",
        "maximum storage usage per PersistentVolumeClaim is 5Gi.  No request is specified",
    ]


def test_container_limits_do_not_touch_claims_nor_claim_limits_containers() -> None:
    assert decide_claim(limits(MIN), {"spec": {}}) == ()
    assert decide_pod(limits(CLAIM), pod({"name": "redis"})).admitted


def test_a_pod_that_is_none_is_refused_with_its_places() -> None:
    with pytest.raises(ManifestError) as caught:
        decide_pod((), pod(container({"cpu": "1B"}, {}), "redis"))  # type: ignore[arg-type]
    assert [problem.path for problem in caught.value.problems] == [
        ("containers", 0, "resources", "requests", "cpu"),
        ("containers", 1),
    ]


cpu = st.integers(1, 3000).map("{}m".format)
amounts = st.fixed_dictionaries({}, optional={"cpu": cpu, "memory": st.integers(1, 64).map("{}Mi".format)})
pods = st.builds(
    lambda containers, init: pod(*containers, init=tuple(init)),
    st.lists(st.builds(container, amounts, amounts), min_size=1, max_size=3),
    st.lists(
        st.builds(container, amounts, amounts, restartPolicy=st.sampled_from(["Always", "Never"])), max_size=2
    ),
)
items = st.fixed_dictionaries(
    {"type": st.sampled_from(["Container", "Pod"])},
    optional={
        "min": amounts,
        "max": amounts,
        "maxLimitRequestRatio": st.fixed_dictionaries({"cpu": st.just("3")}),
    },
)


@settings(max_examples=examples(400))
@given(items, pods, st.sampled_from([33, 37, 38]))
def test_what_is_offered_is_admitted(item: dict[str, Any], spec: dict[str, Any], minor: int) -> None:
    try:
        namespace = limits(item)
    except ManifestError:
        return
    decision = decide_pod(namespace, spec, minor=minor)
    if all(violation.changes for violation in decision.violations):
        again = decide_pod(namespace, with_changes(spec, decision), minor=minor)
        assert texts(again) == []


@settings(max_examples=examples(200))
@given(items, pods)
def test_defaults_only_fill_in_and_a_second_pass_fills_in_nothing(
    item: dict[str, Any], spec: dict[str, Any]
) -> None:
    try:
        namespace = limits(item)
    except ManifestError:
        return
    decided = decide_pod(namespace, spec).pod
    written = [*spec["containers"], *spec["initContainers"]]
    for before, after in zip(written, decided.containers, strict=True):
        for side in ("requests", "limits"):
            for resource, amount in before["resources"][side].items():
                assert getattr(after, side)[resource] == Quantity.parse(amount)
