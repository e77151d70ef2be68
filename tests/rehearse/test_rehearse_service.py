"""Service: who stands behind it, as EndpointSlices decide, and the variables and names that follow."""

from __future__ import annotations

import pytest

from redismanifests.prove.toycluster.network.nameserver import zone
from redismanifests.prove.toycluster.network.proxy import Forward, ruleset
from redismanifests.prove.toycluster.pods.environment import service_variables
from redismanifests.prove.toycluster.service import PodStatus, Service, ServicePort, endpoints, target_port


def _service(*, headless: bool = False, publish: bool = False) -> Service:
    return Service(
        name="redis-client",
        namespace="shop",
        cluster_ip=None if headless else "10.96.1.1",
        selector={"app": "redis"},
        publish_not_ready=publish,
        ports=(ServicePort("redis", 6379, "server", "TCP"),),
    )


def _pod(name: str, *, ready: bool = True, terminating: bool = False, app: str = "redis") -> PodStatus:
    return PodStatus(
        name=name,
        ip=f"10.244.1.{len(name)}",
        labels={"app": app, "more": "labels"},
        hostname=name,
        subdomain="redis-client",
        port_names={"server": 7000},
        ready=ready,
        terminating=terminating,
    )


@pytest.mark.parametrize(
    ("pods", "publish", "expected"),
    [
        ([_pod("a"), _pod("bb", app="other")], False, ["a"]),
        ([_pod("a"), _pod("bb", ready=False)], False, ["a"]),
        ([_pod("a"), _pod("bb", ready=False)], True, ["a", "bb"]),
        ([_pod("a"), _pod("bb", terminating=True)], False, ["a"]),
        # Where nobody else is ready, a pod that still serves while it terminates is better than no one.
        ([_pod("a", terminating=True), _pod("bb", ready=False)], False, ["a"]),
        ([_pod("a", ready=False)], False, []),
    ],
)
def test_traffic_goes_to(pods: list[PodStatus], publish: bool, expected: list[str]) -> None:
    assert [pod.name for pod in endpoints(_service(publish=publish), pods)] == expected


def test_a_named_target_port_is_looked_up_on_the_pod() -> None:
    assert target_port(_service().ports[0], _pod("a")) == 7000


def test_variables_are_those_of_docker_links() -> None:
    variables = service_variables([_service(), _service(headless=True)])
    assert variables["REDIS_CLIENT_SERVICE_HOST"] == "10.96.1.1"
    assert variables["REDIS_CLIENT_PORT"] == "tcp://10.96.1.1:6379"
    assert variables["REDIS_CLIENT_PORT_6379_TCP_ADDR"] == "10.96.1.1"
    assert variables["KUBERNETES_SERVICE_PORT_HTTPS"] == "443"


def test_a_headless_service_names_each_pod() -> None:
    pods = (_pod("redis-0"), _pod("redis-10"))
    names = zone({_service(headless=True): pods})
    assert names["redis-client.shop.svc.cluster.local"] == tuple(pod.ip for pod in pods)
    assert names["redis-10.redis-client.shop.svc.cluster.local"] == (pods[1].ip,)


def test_a_headless_service_without_pods_does_not_exist() -> None:
    assert zone({_service(headless=True): ()}) == {}


def test_the_proxy_refuses_for_a_service_without_pods_and_masquerades_a_pod_that_calls_itself() -> None:
    rules = ruleset(
        [
            Forward("10.96.1.1", 6379, "TCP", (("10.244.1.2", 6379), ("10.244.1.3", 6379))),
            Forward("10.96.1.2", 6379, "TCP", ()),
        ],
        {"10.244.1.2": frozenset({"10.244.1.3"})},
    )
    assert "dnat to numgen random mod 2 map { 0 : 10.244.1.2 . 6379, 1 : 10.244.1.3 . 6379 }" in rules
    assert "ip daddr 10.96.1.2 tcp dport 6379 reject with icmp port-unreachable" in rules
    assert "elements = { 10.244.1.2 . 10.244.1.2, 10.244.1.3 . 10.244.1.3 }" in rules
    assert "ip saddr 10.244.1.2 ip daddr 10.244.1.3 drop" in rules
