"""Network: Services, refusals, addresses that are gone, and a DNS that remembers, as a cluster has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.lab


@pytest.fixture
def service(seen: Callable[[str], Any]) -> dict[str, Any]:
    service: dict[str, Any] = seen("service")
    return service


@pytest.fixture
def names(seen: Callable[[str], Any]) -> dict[str, Any]:
    names: dict[str, Any] = seen("names")
    return names


def test_a_service_leads_to_its_pod_and_to_the_next_one(service: dict[str, Any]) -> None:
    assert service["addresses"][0] != service["addresses"][1]
    assert [answer for answer, _ in service["through the Service"]] == ["open"]
    assert [answer for answer, _ in service["through the Service, new pod"]] == ["open"]


def test_a_pod_reaches_itself_through_its_own_service(service: dict[str, Any]) -> None:
    assert service["to itself"] == "PONG"


def test_a_service_without_pods_refuses_at_once_or_after_the_second_syn(service: dict[str, Any]) -> None:
    """The refusal that arrives while connect() holds the socket is a soft error: seen on a real node as 1.0 s."""
    answers = service["no one behind"]
    assert {answer for answer, _ in answers} == {"ConnectionRefusedError"}
    assert all(seconds < 0.2 or 0.9 < seconds < 1.3 for _, seconds in answers)


def test_packets_to_a_pod_that_is_gone_are_dropped(service: dict[str, Any]) -> None:
    ((answer, seconds),) = service["to the address that is gone"]
    assert answer == "TimeoutError"
    assert seconds > 2.9


def test_a_name_gives_the_old_address_until_the_ttl_ends(names: dict[str, Any]) -> None:
    assert names["up"] == [names["old"]]
    assert names["just gone"] == [names["old"]]
    assert names["gone"] == ["none"]


def test_a_name_that_was_refused_stays_refused_until_the_ttl_ends(names: dict[str, Any]) -> None:
    assert names["just back"] == ["none"]
    assert names["back"] == [names["new"]]
    assert names["new"] != names["old"]


def test_a_service_name_gives_its_cluster_ip(names: dict[str, Any]) -> None:
    (address,) = names["service"]
    assert address.startswith("10.96.")


def test_a_connection_that_was_refused_once_and_then_made_keeps_the_error_for_ever(
    seen: Callable[[str], Any],
) -> None:
    """What makes a Sentinel's event loop spin in a cluster: EPOLLERR until someone reads the error queue."""
    connections = seen("refused_then_open")
    spinning = [(queued, after) for before, queued, after in connections if before]
    assert spinning, "no connection met the refusal in its first SYN only"
    # errno ECONNREFUSED, from ICMP; once it is read, the loop would stop.
    assert all(queued[0] == 111 and not after for queued, after in spinning), spinning
