"""Passwords and TLS are turned on in a deployment that holds data, as the documents say, and nothing of it is lost."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cluster.rendering import rendered
from commandline import PROGRAM
from redismanifests.prove.rehearse.bench.secret import with_stand_ins
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from endtoend.deployed import Deployed
    from endtoend.ground import Ground

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

KEYS = 1000


@pytest.mark.parametrize(
    "more",
    [
        "auth: {mode: password}",
        "auth: {mode: acl}\ntls: {enabled: true, clients: required}",
    ],
)
def test_what_was_there_before_is_there_behind_passwords_and_tls(
    more: str, deploy: Callable[..., Deployed], ground: Ground
) -> None:
    deployed = deploy()
    deployed.wait_until_ready()
    writes = "".join(f"SET before:{number} {number}\n" for number in range(KEYS))
    deployed("exec", "-i", deployed.members("redis")[0], "-c", "redis", "--", "redis-cli", text=writes)

    deployed.profile.write_text(f"{deployed.profile.read_text('utf-8')}\n{more}\n", "utf-8")
    # Into a folder of its own: that of before speaks otherwise, and replacing it is refused (RM181).
    new = rendered(deployed.profile, deployed.profile.parent / "turned-on")
    secrets = with_stand_ins(Objects.of(new.objects)).of_kind("Secret")
    deployed("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": [*secrets]}))
    # As the documents have it.
    deployed.scale_to_nothing()
    began = time.monotonic()
    deployed("apply", "-f", new.folder)
    deployed = replace(deployed, objects=new.objects)
    deployed.wait_until_ready()
    print(f"{more}: ready {time.monotonic() - began:.0f} s after kubectl apply")

    for pod in deployed.members("redis"):
        asked = ("exec", pod, "-c", "redis", "--", "sh", "/config/cli.sh", "redis", "DBSIZE")
        assert deployed(*asked).output.strip() == str(KEYS)
    verified = subprocess.run(
        [*PROGRAM, "verify", deployed.profile, "--kubeconfig", ground.kubectl.kubeconfig, "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        env=ground.environment,
    )
    told = json.loads(verified.stdout)
    print(f"verify: {told['verdict']['text']} in {told['verdict']['seconds']} s")
    statuses = {each["code"]: each["status"] for each in told["outcomes"]}
    assert {statuses["PB080"], statuses["PB081"]} == {"passed"}
    # The certificate of a rehearsal lasts for a day, and verify warns a week before.
    failed = {code for code, status in statuses.items() if status == "failed"}
    assert failed == ({"PB195"} if "tls" in more else set()), verified.stdout
