"""Sentinel: does each one see the actual state, and could it fail over?

Every Sentinel is queried, because one wrong Sentinel is enough: it may lead a failover, or answer a client.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.prove.checks.flag import healthy
from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import AT_ODDS, PARTED, SENTINEL_LOG, STRANGERS, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from redismanifests.prove.checks.look import Look

_ADDRESS = re.compile(r"[0-9.]+|[0-9a-fA-F]*:[0-9a-fA-F:.]*")


def is_address(host: str) -> bool:
    """Whether a host is an IP address and no name."""
    return bool(_ADDRESS.fullmatch(host))


@probe(
    "PB003",
    remedy=Remedy(
        "Read the log of the Sentinel that does not answer or watches another master.", SENTINEL_LOG
    ),
)
async def sentinel_answers(look: Look) -> AsyncIterator[str]:
    """Every Sentinel answers, and watches exactly one master, under the requested name."""
    for pod in look.desired.sentinel.pods:
        reply = await look.ask(look.desired.sentinel, pod, "SENTINEL", "MASTERS")
        lines = reply.splitlines()
        names = [value for field, value in zip(lines[::2], lines[1::2], strict=False) if field == "name"]
        if not reply:
            yield f"{pod} does not answer, or watches nothing ({look.silent.pop(pod)})"
        elif names != [look.desired.master_name or names[0]]:
            yield f"{pod} watches {listed(names)}, not {look.desired.master_name}"


@probe("PB020", remedy=AT_ODDS)
async def sentinels_name_the_master(look: Look) -> AsyncIterator[str]:
    """Every Sentinel names the running master."""
    masters = {
        fields["run_id"]: pod
        for pod, fields in (await look.every_info("role", "run_id")).items()
        if fields["role"] == "master"
    }
    for pod, view in (await look.every_master("ip", "runid")).items():
        if len(masters) == 1 and view["runid"] not in masters:
            yield f"{pod}: names {view['ip']} as the master, and the master is {listed(masters.values())}"


@probe("PB021", remedy=AT_ODDS)
async def sentinels_trust_the_master(look: Look) -> AsyncIterator[str]:
    """No Sentinel reports the master as down, disconnected or being replaced."""
    for pod, view in (await look.every_master("flags")).items():
        if not healthy("master", view["flags"]):
            yield f"{pod}: flags {view['flags']}"


@probe(
    "PB022",
    remedy=Remedy(
        "Until this passes, no failover can happen. Check that Sentinel resolves what Redis announces (RM045), and "
        "that it may query every Redis for INFO.",
        "redismanifests explain RM045",
    ),
)
async def sentinels_know_the_replicas(look: Look) -> AsyncIterator[str]:
    """Every Sentinel knows exactly the replicas; else no failover can happen, although CKQUORUM answers OK."""
    wanted = look.desired.redis.replicas - 1
    for pod, view in (await look.every_master("num-slaves")).items():
        if view["num-slaves"] != str(wanted):
            yield f"{pod}: Sentinel knows {view['num-slaves']} of {wanted} replicas"


@probe("PB023", remedy=STRANGERS)
async def sentinels_know_each_other(look: Look) -> AsyncIterator[str]:
    """Every Sentinel knows every other one, and no phantom, which would raise the majority."""
    wanted = look.desired.sentinel.replicas - 1
    for pod, view in (await look.every_master("num-other-sentinels")).items():
        if view["num-other-sentinels"] != str(wanted):
            yield f"{pod}: Sentinel knows {view['num-other-sentinels']} of {wanted} other Sentinels"


@probe("PB024", remedy=AT_ODDS)
async def sentinels_agree(look: Look) -> AsyncIterator[str]:
    """All Sentinels have one master address under one epoch; at equal epochs Sentinels never correct a disagreement."""
    views = await look.every_master("ip", "port", "config-epoch")
    said = {f"{view['ip']}:{view['port']} at epoch {view['config-epoch']}" for view in views.values()}
    if len(said) > 1:
        yield f"the Sentinels name {' and '.join(sorted(said))}"


@probe("PB025", remedy=PARTED)
async def replicas_could_be_promoted(look: Look) -> AsyncIterator[str]:
    """Every Sentinel sees every replica it knows healthy, and at least one with a priority above 0."""
    fields = ("ip", "flags", "master-link-status", "slave-priority")
    for pod in look.desired.sentinel.pods:
        replicas = await look.known(pod, "REPLICAS", *fields)
        for replica in replicas:
            if not healthy("slave", replica["flags"]):
                yield f"{pod}: replica {replica['ip']} has flags {replica['flags']}"
            elif replica["master-link-status"] != "ok":
                yield f"{pod}: replica {replica['ip']} has its link {replica['master-link-status']}"
        if replicas and all(replica["slave-priority"] == "0" for replica in replicas):
            yield f"{pod}: every replica has replica-priority 0, so none can be promoted"


@probe(
    "PB026",
    remedy=Remedy(
        "Let Sentinel resolve and announce host names, or let Redis announce addresses: the profile's addressing.mode "
        "does both alike.",
        "redismanifests explain RM138",
    ),
)
async def names_are_resolved(look: Look) -> AsyncIterator[str]:
    """If Redis announces host names, Sentinel resolves and announces names as well."""
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


@probe(
    "PB027",
    remedy=Remedy(
        "Wait for 30 seconds and verify again. If it repeats, remove the Sentinels' CPU limit (RM025), and check DNS "
        "and the clock of the node.",
        "redismanifests explain RM025",
    ),
)
async def no_sentinel_is_in_tilt(look: Look) -> AsyncIterator[str]:
    """No Sentinel is in TILT, in which it takes no action for 30 seconds."""
    for pod in look.desired.sentinel.pods:
        fields = await look.info(look.desired.sentinel, pod, "sentinel_tilt*")
        if fields and fields.get("sentinel_tilt") != "0":
            yield f"{pod} is in TILT since {fields.get('sentinel_tilt_since_seconds', '?')} s"


def ahead_s(view: Mapping[str, str]) -> float:
    """Seconds by which a Sentinel's last answers are in the future: it sends no query before that time."""
    fields = ("last-ok-ping-reply", "last-ping-reply", "info-refresh")
    return max(0.0, *(-float(view.get(field) or 0) / 1000 for field in fields))


@probe(
    "PB197",
    remedy=Remedy(
        "Restart the Sentinels that are named, one after the other (their liveness probe does it after a minute), and "
        "find out why the clock of their node was set back.",
        "kubectl -n NAMESPACE rollout restart statefulset/DEPLOYMENT-sentinel",
    ),
)
async def sentinel_clocks_were_not_set_back(look: Look) -> AsyncIterator[str]:
    """No Sentinel waits for its clock to catch up: until then it sends no query and notices no failure."""
    for pod, view in (
        await look.every_master("last-ok-ping-reply", "last-ping-reply", "info-refresh")
    ).items():
        if (ahead := ahead_s(view)) >= 1:
            yield f"{pod}: its clock was set back, and it sends no query for another {ahead:.0f} s"
