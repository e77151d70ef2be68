"""Replication: one master, every replica attached to it, through an address that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import AT_ODDS, NOT_AS_ASKED, PARTED, REDIS_LOG, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.look import Look

LAG_LIMIT_S = 2
"""A replica acknowledges once a second; the next second may have begun."""


@probe(
    "PB002",
    remedy=Remedy(
        "Read the log of the Redis that does not answer; it may still be loading its data.", REDIS_LOG
    ),
)
async def redis_answers(look: Look) -> AsyncIterator[str]:
    """Every Redis answers INFO."""
    answering = await look.every_info("redis_version", "role")
    for pod in look.desired.redis.pods:
        if pod not in answering:
            yield look.silent.pop(pod, f"{pod} does not answer")


@probe("PB010", remedy=AT_ODDS)
async def one_master(look: Look) -> AsyncIterator[str]:
    """Exactly one Redis is master."""
    roles = await look.every_info("role")
    masters = [pod for pod, fields in roles.items() if fields["role"] == "master"]
    # A Redis that does not answer may be the master: PB002 reports it.
    if len(masters) > 1 or not (masters or look.silent):
        yield f"masters: {listed(masters)}"


@probe("PB011", remedy=PARTED)
async def replicas_are_attached(look: Look) -> AsyncIterator[str]:
    """The master has every other Redis attached and online."""
    wanted = look.desired.redis.replicas - 1
    for pod, fields in (await look.every_info("role", "slave*", "connected_slaves")).items():
        if fields["role"] != "master":
            continue
        attached = [value for key, value in fields.items() if key.removeprefix("slave").isdigit()]
        online = sum("state=online" in value for value in attached)
        if online != wanted or fields.get("connected_slaves") != str(wanted):
            yield f"{pod} has {online} of {wanted} replicas attached"


@probe("PB012", remedy=PARTED)
async def links_are_up(look: Look) -> AsyncIterator[str]:
    """The link of every replica to its master is up."""
    for pod, fields in (await look.every_info("role", "master_host", "master_link_status")).items():
        if fields["role"] == "slave" and fields.get("master_link_status") != "up":
            yield f"{pod} follows {fields.get('master_host')} with its link down"


@probe("PB013", remedy=AT_ODDS)
async def replicas_follow_the_master(look: Look) -> AsyncIterator[str]:
    """Every replica has the replication id of the master, not that of another Redis."""
    seen = await look.every_info("role", "master_host", "master_replid")
    histories = {fields["master_replid"]: pod for pod, fields in seen.items() if fields["role"] == "master"}
    for pod, fields in seen.items():
        if len(histories) == 1 and fields["role"] == "slave" and fields["master_replid"] not in histories:
            yield f"{pod} follows {fields.get('master_host')}, which is not {listed(histories.values())}"


@probe(
    "PB014",
    remedy=Remedy(
        "Find the cause of the slow replica: its CPU limit, its disk, the network of its node.",
        "kubectl -n NAMESPACE top pods -l app.kubernetes.io/instance=DEPLOYMENT --containers",
    ),
)
async def replicas_keep_up(look: Look) -> AsyncIterator[str]:
    """Every attached replica acknowledged what it received within the last two seconds."""
    for pod, fields in (await look.every_info("role", "slave*")).items():
        for name, value in fields.items():
            parts = dict(part.partition("=")[::2] for part in value.split(","))
            if name.removeprefix("slave").isdigit() and int(parts.get("lag", "0")) > LAG_LIMIT_S:
                yield f"{pod}: its replica {parts.get('ip')} is {parts['lag']} s behind"


@probe("PB015", remedy=NOT_AS_ASKED)
async def addresses_stay(look: Look) -> AsyncIterator[str]:
    """Every Redis announces an address that outlives its pod, and replicas follow the master by it."""
    announced = {
        pod: fields.get("replica-announce-ip", "")
        for pod, fields in (await look.every_config("replica-announce-ip")).items()
    }
    for pod, address in announced.items():
        if not address:
            yield f"{pod} announces no address (replica-announce-ip), so others use its pod's address, which changes"
    if not all(pod in announced for pod in look.desired.redis.pods):
        return
    for pod, fields in (await look.every_info("role", "master_host")).items():
        host = fields.get("master_host")
        if fields["role"] == "slave" and all(announced.values()) and host not in announced.values():
            yield f"{pod} follows {host}, which no Redis announces"
