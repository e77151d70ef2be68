"""Migration: the old master that a new deployment follows until its cut (docs/moving.md)."""

from __future__ import annotations

from typing import Annotated

from redismanifests.core.setting import Section, required, section, setting
from redismanifests.core.values.bounded import Whole
from redismanifests.core.values.mark import AfterValidator
from redismanifests.core.values.names import OBJECT_NAME, LabelKey, LabelValue, ObjectName
from redismanifests.core.values.network import Network
from redismanifests.features.auth.settings import SECRET_KEY, USER_NAME
from redismanifests.profile.formulas.format import known_line

HOST = OBJECT_NAME._replace(
    what="a host",
    pattern=rf"{OBJECT_NAME.pattern}|[0-9a-f:]*:[0-9a-f:.]*",
    consists_of="is a DNS name in lower case, or an address",
    example="redis-master.shop.svc.cluster.local",
    outside=r"[^a-z0-9.:]+",
    port=True,
)
"""A word of redis.conf."""


class Master(Section):
    """The master of the old side."""

    host: Annotated[str, HOST] = required(
        "Its name or address, as the pods of this deployment reach it.",
        examples=["redis-master.shop.svc.cluster.local"],
    )
    port: Whole = setting(6379, "Its port, without TLS.", ge=1, le=65535, why="the port of Redis")
    user: Annotated[str, USER_NAME] | None = setting(
        None, "Account to log in with; left out: the password alone.", examples=["replication"]
    )
    secret_name: ObjectName | None = setting(
        None, "Secret with its password; left out: it has none.", examples=["old-redis"]
    )
    secret_key: Annotated[str, SECRET_KEY] = setting(
        "password", "Key of the password in this Secret.", why="the usual name", examples=["redis-password"]
    )
    engine: Annotated[str, AfterValidator(known_line)] | None = setting(
        None, "Line of versions that it runs, for `check`.", examples=["redis-7.2"]
    )


class MasterNetwork(Section):
    """Where a NetworkPolicy lets the Redis pods connect to, beside the members and DNS."""

    cidrs: tuple[Network, ...] = setting(
        (), "Ranges of addresses of the old side.", examples=[["203.0.113.0/24"]]
    )
    pod_labels: dict[LabelKey, LabelValue] = setting(
        {}, "Labels of its pods, where it runs in this cluster.", examples=[{"app": "old-redis"}]
    )
    namespace_labels: dict[LabelKey, LabelValue] = setting(
        {}, "Labels of their namespace.", examples=[{"kubernetes.io/metadata.name": "shop"}]
    )


class Migration(Section):
    """A move of the data from a deployment that runs."""

    source: Master = required("The master that the first pod follows.", alias="from")
    network: MasterNetwork = section(
        MasterNetwork, "What the network policy opens to the Redis pods, where networkPolicy.enabled is true."
    )
