"""Restore: the backup with which a new deployment starts (docs/restore.md)."""

from __future__ import annotations

from typing import Annotated

from redismanifests.core.setting import Section, computed, required, section, setting
from redismanifests.core.values.bounded import Size
from redismanifests.core.values.mark import AfterValidator
from redismanifests.core.values.names import SERVICE_NAME, Name, Namespace
from redismanifests.core.values.quantity import Quantity
from redismanifests.features.backup.settings import Encryption, Store, StoreNetwork, Upload
from redismanifests.profile.formulas.format import known_line

NEWEST = "newest"
BACKUP_ID = Name(
    "a backup",
    rf"{NEWEST}|[0-9]{{8}}T[0-9]{{6}}Z-[0-9a-f]{{8}}",
    25,
    f"is {NEWEST}, or an id as `redismanifests backup list` prints it",
    "20261130T031700Z-0123abcd",
    outside=r"[^0-9a-zA-Z-]+",
    lower=False,
)
MOMENT = Name(
    "a moment",
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z",
    20,
    "is a date and a time to the second, in UTC",
    "2026-11-30T12:00:00Z",
    outside=r"[^0-9TZ:-]+",
    lower=False,
)


class From(Section):
    """A backup of a deployment, which may be gone."""

    namespace: Namespace = required("Namespace of the deployment whose backup it is.", examples=["shop"])
    name: Annotated[str, SERVICE_NAME] = required("Name of that deployment.", examples=["redis"])
    id: Annotated[str, BACKUP_ID] = setting(
        NEWEST,
        "Which backup: an id, or newest.",
        why="after a disaster the newest is what is wanted; after a mistake write an id of before it",
        examples=["20261130T031700Z-0123abcd"],
    )
    until: Annotated[str, MOMENT] | None = setting(
        None,
        "The last second that is restored, from segments of its append-only file (backup.segments), in place of a "
        "backup.",
        examples=["2026-11-30T12:00:00Z"],
    )
    store: Store = required("Where its backups are stored, as in backup.store.")
    encryption: Encryption | None = setting(None, "How they are encrypted, as in backup.encryption.")
    engine: Annotated[str, AfterValidator(known_line)] | None = setting(
        None,
        "Line of versions that wrote it, for `check`: engine and version of its manifest.",
        examples=["redis-8.2"],
    )
    used_memory: Size | None = setting(
        None,
        "Memory that its data takes, for `check` and `plan`: usedMemory of its manifest.",
        examples=["800Mi"],
    )
    size: Size | None = setting(
        None, "Size of the dump, for `check` and `plan`: size of its manifest.", examples=["300Mi"]
    )


class Restore(Section):
    """What a deployment with empty volumes starts with."""

    source: From = required("The backup.", alias="from")
    fetch: Upload = section(Upload, "The container that fetches it from the store.")
    bandwidth: Size = setting(
        Quantity.parse("5M"),
        "Bytes a second that the store is expected to give, for the time that `plan` prints.",
        why="what a slow store gives; measure yours",
    )
    size_limit: Size = computed(
        "Space on the node for the fetched dump (emptyDir).",
        why="maxmemory and 64Mi: a dump is smaller than the same data in memory",
    )
    network: StoreNetwork = section(
        StoreNetwork, "What the network policy opens to the Redis pods, where networkPolicy.enabled is true."
    )
