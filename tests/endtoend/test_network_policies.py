"""Network policies as a cluster enforces them: members and clients come through, a stranger does not."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from endtoend import topology
from endtoend.application import Application
from endtoend.measured import wait_until_whole
from endtoend.scenario import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from endtoend.combination import Combination
    from endtoend.deployed import Deployed
    from endtoend.ground import Ground

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

POLICIES = "\nnetworkPolicy:\n  enabled: true\n"
STRANGERS = "strangers"


def stranger(ground: Ground) -> dict[str, Any]:
    """A pod of no one's that can try a connection."""
    container = {"name": "stranger", "image": ground.application_image, "command": ["sleep", "600"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "stranger", "namespace": STRANGERS},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
    }


@pytest.fixture
def tries(ground: Ground) -> Iterator[Callable[[str], bool]]:
    """Whether a stranger in another namespace gets through to HOST:PORT."""
    kubectl = ground.kubectl
    kubectl("create", "namespace", STRANGERS)
    assert kubectl("apply", "-f", "-", text=json.dumps(stranger(ground))).code == 0
    assert (
        kubectl("-n", STRANGERS, "wait", "--for=condition=Ready", "pod/stranger", "--timeout=60s").code == 0
    )

    def connects(at: str) -> bool:
        host, port = at.rsplit(":", 1)
        script = f"import socket; socket.create_connection(('{host}', {port}), 3).close()"
        return kubectl("-n", STRANGERS, "exec", "stranger", "--", "python3", "-c", script).code == 0

    yield connects
    kubectl("delete", "namespace", STRANGERS, "--wait=false")


def test_members_and_clients_come_through_and_a_stranger_does_not(
    deploy: Callable[..., Deployed], ground: Ground, tries: Callable[[str], bool]
) -> None:
    deployed = deploy(POLICIES)
    application = Application(deployed, ground.application_image)
    application.start()
    assert wait_until_whole(deployed, application) == []
    application.wait_until_writing()
    for at in (*deployed.addresses("redis"), *deployed.addresses("sentinel")):
        assert not tries(at), f"a stranger reaches {at}"
    # Without this a stranger that reaches nothing at all would pass.
    assert tries("10.96.0.1:443")


def test_a_master_is_replaced_behind_them(
    deploy: Callable[..., Deployed], combination: Combination, ground: Ground
) -> None:
    deployed = deploy(POLICIES)
    application = Application(deployed, ground.application_image)
    application.start()
    assert wait_until_whole(deployed, application) == []
    application.wait_until_writing()
    master = deployed.members("redis")[0]
    Stage(deployed, ground, combination.source, master).delete(master, force=True)
    # What is still whole has not noticed yet.
    time.sleep(5)
    assert wait_until_whole(deployed, application) == []
    look = application.last_look()
    assert look is not None
    assert topology.master_of(look) != 0
