"""What is made of looks and of results, without a cluster."""

from __future__ import annotations

from dataclasses import asdict

from endtoend import table
from endtoend.measured import AT_REST, UP, Measured
from endtoend.scenario import SCENARIOS
from endtoend.topology import Look, handed_out_no_master_for

HOSTS = ("a", "b")


def look(at: float, masters: str, *handed: str) -> Look:
    """Who calls itself a master, and what each Sentinel hands out; a dash is one that does not answer."""
    sentinels = [{} if host == "-" else {"ip": host, "handed": host} for host in handed]
    redis = [{"role": "master" if host in masters else "slave"} for host in HOSTS]
    return {"at": at, "redis": redis, "sentinels": sentinels}


def test_a_sentinel_that_hands_out_a_dead_master_does_so_until_it_names_another() -> None:
    looks = [
        look(10.0, "a", "a", "a"),
        look(10.5, "", "a", "a"),
        look(11.0, "b", "b", "a"),
        look(11.5, "b", "b", "a"),
        look(12.0, "b", "b", "b"),
    ]
    assert handed_out_no_master_for(looks, HOSTS) == 1.0


def test_a_sentinel_that_is_silent_hands_out_nothing() -> None:
    looks = [look(10.0, "", "a"), look(10.5, "", "-"), look(11.0, "", "a"), look(11.5, "", "a")]
    assert handed_out_no_master_for(looks, HOSTS) == 0.5


def result(deployment: str, scenario: str, **more: object) -> dict[str, object]:
    told = {"deployment": deployment, "scenario": scenario, "whole_s": 20.0, "problems": (), "load": 8.0}
    return asdict(Measured(**{**told, "versions": f"versions of {deployment}", **more}))  # type: ignore[arg-type]


def test_the_table_has_a_block_for_each_deployment_with_what_went_wrong_beneath() -> None:
    name = SCENARIOS[0].name
    text = table.page(
        f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n",
        [
            result("production-service", name, outage_s=7.0, bound_s=9.9, acknowledged=10, lost=1),
            result("reference-service", name, outage_s=6.0, bound_s=9.9, acknowledged=20),
            result("reference-service", name, outage_s=8.0, bound_s=9.9, problems=("no link",), load=9.0),
            result("reference-service", AT_REST, busiest=0.004),
            result("", UP, whole_s=33.0),
        ],
    )
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert text.index("### reference-service") < text.index("### production-service")
    assert f"| {name} | 2 | 6.00, 7.00, 8.00 | 7 | 9.9 | 20, 20 | 0.0 | 0 | 20 | 0 | 8 to 9 |" in text
    assert f"| {name} | 1 | 7.00, 7.00, 7.00 | 7 | 9.9 | 20, 20 | 0.0 | 1 | 10 | 0 | 8 to 8 |" in text
    assert f"- {name}, load 9: no link" in text
    assert "At rest the busiest Sentinel took 0.4 % of a core" in text
    assert "Up and down 1 times: ready after 33, 33 and 33 s" in text
