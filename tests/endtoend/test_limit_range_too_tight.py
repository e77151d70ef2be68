"""A LimitRange that is too tight: refused by us first, and where no one asked us, by the cluster in the same words."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cluster.refusal import BETWEEN
from redismanifests.cli import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deployment import Manifest
    from endtoend.deployed import Deployed

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

TIGHT: dict[str, dict[str, object]] = {
    "containers": {"type": "Container", "min": {"cpu": "3"}, "max": {"memory": "100Mi"}},
    "claims": {"type": "PersistentVolumeClaim", "max": {"storage": "500Mi"}},
}
"""What the controller cannot make: pods, or the claims that come before them."""
PATIENCE_S = 60
REFUSED = 2
_OURS = re.compile(r": LimitRange tight: (.+)$", re.MULTILINE)
_CLUSTERS = re.compile(r'(?:pods|persistentvolumeclaims) "[^"]+" is forbidden: (.+)$')


def limit_range(entry: dict[str, object]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "tight"},
        "spec": {"limits": [entry]},
    }


def told_by_us(profile: Path, entry: dict[str, object]) -> set[str]:
    """The sentences for which `render` refuses, and writes nothing."""
    folder, tight = profile.parent / "refused", profile.parent / "tight.yaml"
    tight.write_text(json.dumps(limit_range(entry)))
    done = CliRunner().invoke(cli, ["render", str(profile), "-o", str(folder), "--limits", str(tight)])
    assert done.exit_code == REFUSED, done.output
    assert not folder.exists()
    return set(_OURS.findall(done.output))


def told_by_the_cluster(deployed: Deployed) -> set[str]:
    """The sentences in the events of both sets' controller, once it tried for each of them."""
    sets = {deployed.stateful_set(kind)["metadata"]["name"] for kind in ("redis", "sentinel")}
    until = time.monotonic() + PATIENCE_S
    while True:
        events = [
            each for each in deployed.json("get", "events")["items"] if each["reason"] == "FailedCreate"
        ]
        if {each["involvedObject"]["name"] for each in events} == sets:
            break
        assert time.monotonic() < until, deployed.account()
        time.sleep(1)
    found = [match[1] for each in events if (match := _CLUSTERS.search(each["message"]))]
    return {sentence for text in found for sentence in BETWEEN.split(text.strip("[]"))}


@pytest.mark.parametrize("tight", TIGHT)
def test_what_is_too_tight_is_refused_by_us_and_then_by_the_cluster_in_the_same_words(
    tight: str, deploy: Callable[..., Deployed]
) -> None:
    deployed = deploy(limits=(limit_range(TIGHT[tight]),))
    ours = told_by_us(deployed.profile, TIGHT[tight])
    assert ours, "nothing was refused"
    assert told_by_the_cluster(deployed) == ours
    assert deployed.json("get", "pods")["items"] == []
