"""One fault, every bench: each has every verb, or says why it cannot."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import pytest

from redismanifests.profile.formulas.drill import Kind
from redismanifests.prove.drill.bench import ClusterBench
from redismanifests.prove.drill.plan import Way, fault_of, plan
from redismanifests.prove.faults import FAULTS
from redismanifests.prove.faults.bench import Bench, Verb
from redismanifests.prove.rehearse.toybench import ToyBench

sys.path.insert(0, str(Path(__file__).parents[1]))

from deployment import MINIMAL, reviewed
from endtoend.bench import NodesBench
from endtoend.deployed import Deployed
from endtoend.ground import Ground

BENCHES = (ToyBench, ClusterBench, NodesBench)
VERBS = {name for name, value in vars(Bench).items() if callable(value) and not name.startswith("_")}


@pytest.mark.parametrize("bench", BENCHES)
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_bench_has_every_verb_as_the_protocol_says_it(bench: type, verb: str) -> None:
    wanted, has = (inspect.signature(getattr(each, verb)) for each in (Bench, bench))
    assert [(p.name, p.kind, p.default) for p in has.parameters.values()] == [
        (p.name, p.kind, p.default) for p in wanted.parameters.values()
    ]


def test_every_fault_has_a_name_of_its_own_and_needs_a_verb_that_there_is() -> None:
    assert len({each.name for each in FAULTS}) == len(FAULTS)
    assert {each.needs for each in FAULTS} == set(Verb)
    assert set(Verb) <= VERBS


def test_a_bench_says_why_it_cannot(tmp_path: Path) -> None:
    from cluster.kubectl import Kubectl

    kubectl = Kubectl("kubectl", tmp_path / "kubeconfig")
    contributed = NodesBench(Deployed(kubectl, "shop", MINIMAL, ()), Ground(kubectl, None, "image"))
    refused = [each.name for each in FAULTS if each.unsupported(contributed)]
    assert refused == ["master-killed"]


def test_every_kind_of_drill_does_one_of_these_faults() -> None:
    profile = reviewed(MINIMAL).profile
    kinds = [plan(profile, kind, node="node-1") for kind in Kind if kind is not Kind.FAILOVER]
    ways = [plan(profile, Kind.FAILOVER, way=way) for way in Way]
    assert {fault_of(each).name for each in (*kinds, *ways)} <= {each.name for each in FAULTS}
    assert len({fault_of(each).name for each in (*kinds, *ways)}) == len(Kind) - 1 + len(Way)
