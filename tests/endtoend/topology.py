"""Topology: is the deployment whole, judged from one look; how long a Sentinel handed out no master."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Look = dict[str, Any]


def master_of(look: Look) -> int | None:
    """The ordinal of the one master; None when there is not exactly one."""
    masters = [ordinal for ordinal, said in enumerate(look["redis"]) if said.get("role") == "master"]
    return masters[0] if len(masters) == 1 else None


def problems(look: Look) -> list[str]:
    """Everything that is not as it should be."""
    redis, sentinels = look["redis"], look["sentinels"]
    found = [f"redis {ordinal} does not answer" for ordinal, said in enumerate(redis) if not said]
    found += [f"sentinel {ordinal} does not answer" for ordinal, said in enumerate(sentinels) if not said]
    ordinal = master_of(look)
    if ordinal is None:
        return [
            *found,
            f"masters: {[number for number, said in enumerate(redis) if said.get('role') == 'master']}",
        ]
    return [*found, *_replicas(redis, ordinal), *_views(sentinels, redis[ordinal], len(redis))]


def _replicas(redis: Sequence[Mapping[str, str]], master: int) -> Iterator[str]:
    attached = int(redis[master]["connected_slaves"])
    if attached != len(redis) - 1:
        yield f"the master has {attached} of {len(redis) - 1} replicas"
    for ordinal, said in enumerate(redis):
        if ordinal != master and said and said.get("master_link_status") != "up":
            yield f"redis {ordinal} has no link to {said.get('master_host')}"
        if said and said["master_replid"] != redis[master]["master_replid"]:
            yield f"redis {ordinal} has the data of another master"


def _views(sentinels: Sequence[Mapping[str, str]], master: Mapping[str, str], replicas: int) -> Iterator[str]:
    right = {
        "runid": master["run_id"],
        "flags": "master",
        "num-slaves": str(replicas - 1),
        "num-other-sentinels": str(len(sentinels) - 1),
    }
    for ordinal, said in enumerate(sentinels):
        wrong = {name: said.get(name) for name, value in right.items() if said and said.get(name) != value}
        if wrong:
            yield f"sentinel {ordinal}: {wrong}"


def handed_out_no_master_for(looks: Iterable[Look], hosts: Sequence[str]) -> float:
    """The longest time in seconds for which one Sentinel told clients of a member that was no master.

    ``hosts`` are the members' addresses by ordinal. A master that died is none from then on, so the time until it is
    noticed and replaced counts too. Known to the half second between two looks.
    """
    since: dict[int, float] = {}
    longest = 0.0
    for look in looks:
        masters = {
            host for host, said in zip(hosts, look["redis"], strict=True) if said.get("role") == "master"
        }
        for sentinel, said in enumerate(look["sentinels"]):
            if "handed" not in said or said["handed"] in masters:
                since.pop(sentinel, None)
                continue
            since.setdefault(sentinel, look["at"])
            longest = max(longest, look["at"] - since[sentinel])
    return longest
