"""Sentinel: does each one see the deployment as it is, and could it act?

Every Sentinel is asked, because one that is wrong is enough: it may be the one that leads, or that a client asks.
What must not come in: what the votes need (votes.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.probes.look import listed
from redismanifests.probes.probe import probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.probes.look import Look

_ADDRESS = re.compile(r"[0-9.]+|[0-9a-fA-F]*:[0-9a-fA-F:.]*")


def is_address(host: str) -> bool:
    """Whether a host is an IP address and no name."""
    return bool(_ADDRESS.fullmatch(host))


@probe("PB003")
async def sentinel_answers(look: Look) -> AsyncIterator[str]:
    """Every Sentinel answers, and watches exactly one master, under the name that was asked for."""
    for pod in look.desired.sentinel.pods:
        reply = await look.ask(look.desired.sentinel, pod, "SENTINEL", "MASTERS")
        lines = reply.splitlines()
        names = [value for field, value in zip(lines[::2], lines[1::2], strict=False) if field == "name"]
        if not reply:
            yield f"{pod} does not answer, or watches nothing ({look.silent.pop(pod)})"
        elif names != [look.desired.master_name or names[0]]:
            yield f"{pod} watches {listed(names)}, not {look.desired.master_name}"


@probe("PB020")
async def sentinels_name_the_master(look: Look) -> AsyncIterator[str]:
    """Every Sentinel takes the running master for the master."""
    masters = {
        fields["run_id"]: pod
        for pod, fields in (await look.every_info("role", "run_id")).items()
        if fields["role"] == "master"
    }
    for pod, view in (await look.every_master("ip", "runid")).items():
        if len(masters) == 1 and view["runid"] not in masters:
            yield f"{pod}: takes {view['ip']} for the master, and it is {listed(masters.values())}"


@probe("PB021")
async def sentinels_trust_the_master(look: Look) -> AsyncIterator[str]:
    """No Sentinel thinks that the master is down, disconnected or being replaced."""
    for pod, view in (await look.every_master("flags")).items():
        if view["flags"] != "master":
            yield f"{pod}: flags {view['flags']}"


@probe("PB022")
async def sentinels_know_the_replicas(look: Look) -> AsyncIterator[str]:
    """Every Sentinel knows every replica, and no other; without this no failover can happen, and CKQUORUM says OK."""
    wanted = look.desired.redis.replicas - 1
    for pod, view in (await look.every_master("num-slaves")).items():
        if view["num-slaves"] != str(wanted):
            yield f"{pod}: Sentinel knows {view['num-slaves']} of {wanted} replicas"


@probe("PB023")
async def sentinels_know_each_other(look: Look) -> AsyncIterator[str]:
    """Every Sentinel knows every other one, and no phantom, which would raise the majority."""
    wanted = look.desired.sentinel.replicas - 1
    for pod, view in (await look.every_master("num-other-sentinels")).items():
        if view["num-other-sentinels"] != str(wanted):
            yield f"{pod}: Sentinel knows {view['num-other-sentinels']} of {wanted} other Sentinels"


@probe("PB024")
async def sentinels_agree(look: Look) -> AsyncIterator[str]:
    """All Sentinels have one master address under one epoch; at equal epochs hellos never mend a disagreement."""
    views = await look.every_master("ip", "port", "config-epoch")
    said = {f"{view['ip']}:{view['port']} at epoch {view['config-epoch']}" for view in views.values()}
    if len(said) > 1:
        yield f"the Sentinels name {' and '.join(sorted(said))}"


@probe("PB025")
async def replicas_could_be_promoted(look: Look) -> AsyncIterator[str]:
    """Every Sentinel sees every replica it knows healthy, and at least one with a priority above 0."""
    fields = ("ip", "flags", "master-link-status", "slave-priority")
    for pod in look.desired.sentinel.pods:
        replicas = await look.known(pod, "REPLICAS", *fields)
        for replica in replicas:
            if replica["flags"] != "slave":
                yield f"{pod}: replica {replica['ip']} has flags {replica['flags']}"
            elif replica["master-link-status"] != "ok":
                yield f"{pod}: replica {replica['ip']} has its link {replica['master-link-status']}"
        if replicas and all(replica["slave-priority"] == "0" for replica in replicas):
            yield f"{pod}: every replica has replica-priority 0, so none can be promoted"


@probe("PB026")
async def names_are_resolved(look: Look) -> AsyncIterator[str]:
    """Where Redis announces host names, Sentinel resolves and announces names as well."""
    announced = {
        fields["replica-announce-ip"]
        for fields in (await look.every_config("replica-announce-ip")).values()
        if fields.get("replica-announce-ip")
    }
    names = sorted(host for host in announced if not is_address(host))
    if not names:
        return
    for pod in look.desired.sentinel.pods:
        for setting in ("resolve-hostnames", "announce-hostnames"):
            reply = await look.ask(look.desired.sentinel, pod, "SENTINEL", "CONFIG", "GET", setting)
            if reply and reply.split()[-1] != "yes":
                yield f"{pod}: Redis announces names such as {names[0]}, and {setting} of this Sentinel is not yes"


@probe("PB027")
async def no_sentinel_is_in_tilt(look: Look) -> AsyncIterator[str]:
    """No Sentinel is in TILT, in which it acts on nothing for 30 seconds."""
    for pod in look.desired.sentinel.pods:
        fields = await look.info(look.desired.sentinel, pod, "sentinel_tilt*")
        if fields and fields.get("sentinel_tilt") != "0":
            yield f"{pod} is in TILT since {fields.get('sentinel_tilt_since_seconds', '?')} s"
