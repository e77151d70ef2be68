"""Backup: when a dump of a replica is taken, where it is stored, and how long it is kept.

Passwords and keys are never in a profile: the pod gets them from Secrets (docs/backup.md).
"""

from __future__ import annotations

from typing import Annotated, Literal

from redismanifests.core.quoting.yamltext import appliable
from redismanifests.core.setting import Section, computed, required, section, setting
from redismanifests.core.values.bounded import Cores, PositiveSeconds, Size, Whole
from redismanifests.core.values.cron import Cron
from redismanifests.core.values.duration import Duration
from redismanifests.core.values.image import Image
from redismanifests.core.values.mark import STRICT, AfterValidator, Constrained
from redismanifests.core.values.names import (
    DNS_NAME,
    LABEL_VALUE,
    AnnotationKey,
    LabelKey,
    LabelValue,
    Name,
    ObjectName,
)
from redismanifests.core.values.network import Network
from redismanifests.core.values.quantity import Quantity
from redismanifests.core.values.resources import Amounts
from redismanifests.core.values.scalar import Refusal

StoreKind = Literal["s3", "gcs", "azure", "sftp", "claim"]

BUCKET = Name(
    "a bucket",
    r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?",
    222,
    "has lower case letters, digits, '-', '_' and '.', and begins and ends with a letter or a digit",
    "redis-backups",
    outside=r"[^a-z0-9._-]+",
)
"""Of S3 (3 to 63 characters), Google (dots: up to 222) and a container of Azure: the store judges the rest."""
PREFIX = Name(
    "a folder",
    r"(/?[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*)?",
    400,
    "has parts of letters, digits, '-', '_' and '.' with single slashes between them",
    "production/redis",
    outside=r"[^A-Za-z0-9._/-]+",
    lower=False,
)
SERVER = DNS_NAME._replace(port=True)
ENDPOINT = Name(
    "an endpoint",
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?",
    300,
    "is https:// or http://, a host, and a port after a colon if it has one",
    "https://s3.example.com",
    lower=False,
    url=True,
)
ACCOUNT = Name(
    "a storage account",
    r"[a-z0-9]{3,24}",
    24,
    "has 3 to 24 lower case letters and digits",
    "shopbackups",
    outside=r"[^a-z0-9]+",
)
LOGIN = Name(
    "a login",
    r"[A-Za-z_][A-Za-z0-9._-]*",
    64,
    "has letters, digits, '-', '_' and '.', and begins with a letter or '_'",
    "backup",
    outside=r"[^A-Za-z0-9._-]+",
    lower=False,
)
ZONE = Name(
    "a time zone",
    r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*",
    60,
    "is a name of the tz database",
    "Europe/Berlin",
    outside=r"[^A-Za-z0-9_+/-]+",
    lower=False,
)
REGION = LABEL_VALUE._replace(what="a region", example="eu-central-1")

LONGEST_KEPT = Duration.parse("87600h")
"""Ten years."""


_ZONES_ALONE = (
    "CET CST6CDT Cuba EET EST EST5EDT Egypt Eire Factory GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong "
    "Iceland Iran Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal "
    "ROC ROK Singapore Turkey UCT UTC Universal W-SU WET Zulu"
)
"""Names of the tz database (2025b) without a region. The API server refuses a CronJob with another, such as CEST."""


def _zone(text: str) -> str:
    # The API server refuses it: it would be the time zone of the controller's machine.
    if text.lower() == "local":
        raise Refusal("Local is the time zone of some machine", "write one such as {}", "Europe/Berlin")
    if "/" not in text and text not in _ZONES_ALONE.split():
        raise Refusal(f"{text} is no time zone of the tz database", "write one such as {}", "Europe/Berlin")
    return text


def _every(time: Duration) -> Duration:
    if not Duration.parse("5s") <= time <= Duration.parse("10m"):
        raise Refusal(f"{time} is out of range", "write 5s to 10m", "5s", "10m")
    return Duration(time.whole_seconds * 1000)


def _kept(age: Duration) -> Duration:
    if not Duration.parse("1h") <= age <= LONGEST_KEPT:
        ends = ("1h", str(LONGEST_KEPT))
        raise Refusal(f"{age} is out of range", f"write 1h to {LONGEST_KEPT} (a day is 24h)", *ends)
    return Duration(age.whole_seconds * 1000)


Port = Annotated[int, STRICT, Constrained("ge", 1), Constrained("le", 65535)]
Age = Annotated[Duration, AfterValidator(_kept)]
Every = Annotated[Duration, AfterValidator(_every)]


class Identity(Section):
    """The identity of the pod at the cloud, in place of a key."""

    annotations: dict[AnnotationKey, Annotated[str, AfterValidator(appliable)]] = setting(
        {},
        "Annotations of the backup's ServiceAccount, by which the cloud recognizes it.",
        examples=[{"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/redis-backup"}],
    )
    pod_labels: dict[LabelKey, LabelValue] = setting(
        {},
        "Labels of the backup's pods, for clouds that look at pods.",
        examples=[{"azure.workload.identity/use": "true"}],
    )


class Store(Section):
    """Where backups are stored: one bucket, container, server or claim."""

    kind: StoreKind = required(
        "s3: S3 and what has its interface; gcs: Google Cloud Storage; azure: Azure Blob Storage; sftp: a server with "
        "SSH; claim: a PersistentVolumeClaim.",
        examples=["s3"],
    )
    bucket: Annotated[str, BUCKET] | None = setting(
        None, "Bucket, or container of Azure; for s3, gcs and azure.", examples=["redis-backups"]
    )
    account: Annotated[str, ACCOUNT] | None = setting(
        None, "Storage account; for azure.", examples=["shopbackups"]
    )
    host: Annotated[str, SERVER] | None = setting(None, "Server; for sftp.", examples=["backup.example.com"])
    port: Whole = setting(22, "Port of the server; for sftp.", ge=1, le=65535, why="the port of SSH")
    user: Annotated[str, LOGIN] | None = setting(None, "Login at the server; for sftp.", examples=["backup"])
    claim: ObjectName | None = setting(
        None, "Claim in the namespace, which someone else makes; for claim.", examples=["redis-backups"]
    )
    prefix: Annotated[str, PREFIX] = setting(
        "",
        "Folder in it; backups are in PREFIX/NAMESPACE/NAME. For sftp a slash at the start is the root of the server.",
        why="backups of several deployments may share a store: each has a folder of its own",
        examples=["production/redis"],
    )
    endpoint: Annotated[str, ENDPOINT] | None = setting(
        None, "Address of the store, where it is not the cloud's own.", examples=["https://s3.example.com"]
    )
    region: Annotated[str, REGION] | None = setting(
        None, "Region of the bucket; for s3.", examples=["eu-central-1"]
    )
    secret_name: ObjectName | None = setting(
        None,
        "Secret with the keys to the store: access_key_id and secret_access_key (s3), service_account_credentials "
        "(gcs), key (azure), ssh-privatekey and known_hosts (sftp). Left out: the identity of the pod.",
        examples=["redis-backup-store"],
    )
    identity: Identity = section(Identity, "The identity of the pod at the cloud, in place of a key.")


class Encryption(Section):
    """Encryption before the upload (rclone crypt): the store never sees data."""

    secret_name: ObjectName = required(
        "Secret with the key `password`. Without it no backup can be read: store a copy elsewhere.",
        examples=["redis-backup-encryption"],
    )


class Keep(Section):
    """Which backups stay. One goes when it is beyond `count` or older than `age`, whichever comes first."""

    count: Whole | None = setting(
        None,
        "The newest that stay; left out: their number is not limited.",
        ge=1,
        le=10000,
        why="an age says how far back one can go, whatever the schedule is",
    )
    age: Age | None = setting(
        Duration.parse("720h"),
        "Age after which a backup goes.",
        why="30 days: a mistake is often noticed at the end of a month",
    )
    least: Whole = setting(
        3,
        "Backups with data that stay in any case; each is read back before another one goes.",
        ge=1,
        le=1000,
        why="the newest may hold the very mistake that a restore is for",
    )


class BackupRequests(Amounts):
    """What the scheduler sets aside for a container of a backup or of a restore."""

    cpu: Cores | None = setting(
        Quantity.parse("100m"),
        "CPU in cores or millicores.",
        why="it mostly waits, for the replica or for the store",
    )
    memory: Size | None = setting(Quantity.parse("128Mi"), "Memory in bytes.", why="half of the limit")


class DumpLimits(Amounts):
    """What the dump may use at the most."""

    memory: Size | None = setting(
        Quantity.parse("256Mi"),
        "Memory in bytes: redis-check-rdb needs as much as the largest key.",
        why="the programs take 10 MiB; the rest is for large keys",
    )


class DumpResources(Section):
    """Requests and limits of the container that dumps."""

    requests: BackupRequests = section(BackupRequests, "What the scheduler sets aside.")
    limits: DumpLimits = section(DumpLimits, "What the container may use at the most.")


class Dump(Section):
    """The container that dumps a replica; it has the image of the data pods."""

    resources: DumpResources = section(DumpResources, "Requests and limits.")


class UploadLimits(DumpLimits):
    """What the upload may use at the most."""

    memory: Size | None = setting(
        Quantity.parse("256Mi"),
        "Memory in bytes.",
        why="rclone stores four parts of 5 MiB of an upload in memory, and itself takes 60 MiB",
    )


class UploadResources(DumpResources):
    """Requests and limits of the container that uploads."""

    limits: UploadLimits = section(UploadLimits, "What the container may use at the most.")


class Upload(Section):
    """The container that uploads, reads back and removes."""

    image: Image = setting(
        Image.parse("rclone/rclone:1.76.0"),
        "Image with rclone and a shell.",
        why="rclone knows all these stores, and no script has to sign requests",
    )
    resources: UploadResources = section(UploadResources, "Requests and limits.")


class StoreNetwork(Section):
    """Where a NetworkPolicy lets the backup's pods connect to, beside the members and DNS."""

    cidrs: tuple[Network, ...] = setting(
        (),
        "Ranges of addresses of the store and, with the identity of the pod, of what gives it a token.",
        examples=[["203.0.113.0/24"]],
    )
    pod_labels: dict[LabelKey, LabelValue] = setting(
        {}, "Labels of the store's pods, where it runs in this cluster.", examples=[{"app": "object-store"}]
    )
    namespace_labels: dict[LabelKey, LabelValue] = setting(
        {},
        "Labels of their namespace.",
        examples=[{"kubernetes.io/metadata.name": "object-store"}],
    )
    ports: tuple[Port, ...] = setting((443,), "Ports of the store.", why="HTTPS; SSH has 22", min_length=1)


class Segments(Section):
    """Segments of the append-only file: every pod ships what it appends, so that any second can be restored."""

    every: Every = setting(
        Duration.parse("1m"),
        "Time between two segments of a pod: what is written later than the last one is lost with the volumes.",
        why="a minute is lost at the most; each segment is one object, 1,440 a day and pod",
    )
    keep: Age = setting(
        Duration.parse("72h"),
        "How far back any second can be restored.",
        why="a mistake of Friday is noticed on Monday; before that there are the backups",
    )
    secret_name: ObjectName | None = setting(
        None,
        "Secret with keys to the store that may list, read and write, and not delete; keys as in store.secretName. "
        "Left out: store.secretName.",
        why="the Redis pods have it: who takes one over must not be able to delete backups",
        examples=["redis-segments-store"],
    )
    resources: UploadResources = section(
        UploadResources, "Requests and limits of the container in each Redis pod."
    )


class Drill(Section):
    """A restore that is only tried: the newest backup is loaded into a server of its own, and its keys are counted."""

    schedule: Cron = required("When a drill starts, in the time zone of the backup.", examples=["40 4 * * 1"])


class Backup(Section):
    """Backups of the data, from a replica to a store."""

    schedule: Cron = required(
        "When a backup starts: minute, hour, day of the month, month, day of the week.",
        examples=["17 * * * *"],
    )
    time_zone: Annotated[str, ZONE, AfterValidator(_zone)] = setting(
        "Etc/UTC", "Time zone of the schedule.", why="it has no summer time, in which an hour is missing"
    )
    store: Store = required("Where backups are stored.")
    keep: Keep = section(Keep, "Which backups stay.")
    encryption: Encryption | None = setting(
        None, "Encrypts before the upload; left out: the store reads all."
    )
    lock: Age | None = setting(
        None,
        "How long the bucket's own default retention (object lock) protects each object; it is set at the bucket.",
        examples=["168h"],
    )
    network: StoreNetwork = section(
        StoreNetwork, "What the network policy opens, where networkPolicy.enabled is true."
    )
    size_limit: Size = computed(
        "Space on the node for the dump (emptyDir).",
        why="maxmemory and 64Mi: a dump is smaller than the same data in memory",
    )
    timeout: PositiveSeconds = computed(
        "Time after which a backup is stopped, all tries together.",
        why="ten minutes, and the data three times at 5 MB/s: dump, upload, read back",
    )
    dump: Dump = section(Dump, "The container that dumps a replica.")
    upload: Upload = section(Upload, "The container that uploads.")
    segments: Segments | None = setting(
        None,
        "Point in time: ships the append-only file, with timestamps, so that a FLUSHALL can be undone to the second; "
        "left out: only backups.",
        why="each Redis pod gets a container with a key to the store, and each rewrite of the file is uploaded",
    )
    drill: Drill | None = setting(
        None,
        "Tries to restore the newest backup, and fails where that would not bring the data back; left out: none.",
        why="it takes as much memory as the data, on some node",
    )
