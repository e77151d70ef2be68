"""Two namespaces with one folder: no Sentinel ever knows a stranger, because no stranger ever asks.

kustomize's ``namespace:`` moves the objects and leaves the settings. Twenty times the six pods of the other namespace
are started in the network of ours; what they send is counted.
"""

from __future__ import annotations

import pytest
from namespace_observations import ROUNDS
from observe import observe

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.usefixtures("machine")]


@pytest.mark.parametrize("addressing", ["service", pytest.param("hostname", marks=pytest.mark.release)])
def test_pods_of_another_namespace_refuse_before_they_send_a_packet(addressing: str) -> None:
    seen = observe(f"guarded_{addressing}", "namespace_observations", limit_s=580)
    print(seen)
    assert seen["problems"] == []
    assert seen["refused"] == [6] * ROUNDS
    assert seen["packets"] == 0
    assert seen["known"] == [["2", "2"]] * 3
    assert seen["strange"] == []
    assert seen["restarts"] == 0


@pytest.mark.release
def test_without_their_namespace_they_would_ask() -> None:
    seen = observe("open_hostname", "namespace_observations")
    print(seen)
    assert seen["refused"] == [0]
    assert seen["packets"] > 0
