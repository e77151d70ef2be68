"""Backup rules about the store: where it is, and how it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.named import NamedTuple
from redismanifests.core.values.scalar import listed
from redismanifests.features.backup.settings import Store
from redismanifests.profile.derived.backup import job
from redismanifests.profile.derived.edges import opens_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.backup.settings import StoreNetwork
    from redismanifests.profile.model import Profile

NEEDED = {
    "s3": ("bucket",),
    "gcs": ("bucket",),
    "azure": ("account", "bucket"),
    "sftp": ("host", "user", "secret_name"),
    "claim": ("claim",),
}
"""Settings without which a kind of store cannot be found."""
KEYS = {"secret_name": "secretName"}
CLOUDS = ("s3", "gcs", "azure")
"""Kinds that can be reached by the identity of a pod."""
OF_KINDS = {
    "bucket": CLOUDS,
    "account": ("azure",),
    "host": ("sftp",),
    "port": ("sftp",),
    "user": ("sftp",),
    "claim": ("claim",),
    "endpoint": CLOUDS,
    "region": ("s3",),
    "secret_name": (*CLOUDS, "sftp"),
    "identity": CLOUDS,
}
"""Settings that are read for some kinds of stores only, and for which."""


class Stored(NamedTuple):
    """A store that the profile names, and where it does."""

    path: tuple[str, ...]
    store: Store
    network: StoreNetwork


def _stores(profile: Profile) -> Iterator[Stored]:
    """That of the backups that are made, and that of the one that is restored."""
    if profile.backup:
        yield Stored(("backup", "store"), profile.backup.store, profile.backup.network)
    if profile.restore:
        yield Stored(("restore", "from", "store"), profile.restore.source.store, profile.restore.network)


@rule("RM300", Severity.ERROR, waivable=False)
def store_without_a_place(profile: Profile) -> Iterator[Fault]:
    """A setting is missing without which the store cannot be found.

    Every run would fail: rclone has no bucket, account, host or claim to write to, or to restore from.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, secretName: store}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
    ```
    Source: https://rclone.org/s3/; docs/backup.md.
    """
    for path, store, _ in _stores(profile):
        for setting in NEEDED[store.kind]:
            if not getattr(store, setting):
                key = KEYS.get(setting, setting)
                yield Fault(
                    path=(*path, key),
                    fact=f"a store of kind {store.kind} has no {key}",
                    fix=f"set {'.'.join(path)}.{key}",
                )


@rule("RM317", Severity.WARNING)
def setting_of_another_store(profile: Profile) -> Iterator[Fault]:
    """A setting of the store belongs to another kind of store, and is not read.

    Either it is left over from another profile, or the kind is not the one that was meant: backups then go elsewhere
    than the rest of the section says.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store, host: backup.example.com, user: backup}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: sftp, secretName: store, host: backup.example.com, user: backup}
    ```
    Source: https://rclone.org/docs/; docs/backup.md.
    """
    for path, store, _ in _stores(profile):
        for setting, kinds in OF_KINDS.items():
            usual = getattr(store, setting) == Store.settings[setting].value()
            if not usual and store.kind not in kinds:
                key = KEYS.get(setting, setting)
                yield Fault(
                    path=(*path, key),
                    at_key=True,
                    fact=f"a store of kind {store.kind} does not read {key}, which is for {listed(kinds)}",
                    fix=f"remove {key}, or set {'.'.join(path)}.kind to the kind that is meant",
                )


@rule("RM318", Severity.WARNING)
def store_without_a_login(profile: Profile) -> Iterator[Fault]:
    """The store has neither a Secret with keys nor an identity of the pod by which a cloud recognizes it.

    Unless the cloud itself ties a role to the ServiceAccount or to the nodes, the store refuses every run.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store:
        kind: s3
        bucket: redis-backups
        identity: {annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/redis-backup"}}
    ```
    Source: https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html; docs/backup.md.
    """
    store = profile.backup.store if profile.backup else None
    if store is None or store.kind not in CLOUDS or store.secret_name is not None:
        return
    if not store.identity.annotations and not store.identity.pod_labels:
        yield Fault(
            path=("backup", "store"),
            at_key=True,
            fact="without secretName the pod signs in with its own identity, and store.identity names none",
            fix="set backup.store.secretName or store.identity; waive this where the cloud ties a role to the "
            f"ServiceAccount {job.name(profile)}, or to the nodes",
        )


@rule("RM303", Severity.WARNING)
def backup_in_the_same_cluster(profile: Profile) -> Iterator[Fault]:
    """The store is in the cluster that it is meant to outlive.

    A cluster that is lost, or a namespace that is deleted, takes a claim or an object store inside of it along.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store, endpoint: "https://minio.storage.svc:9000"}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store, endpoint: "https://s3.example.com"}
    ```
    Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/; docs/backup.md.
    """
    if profile.backup is None:
        return
    store = profile.backup.store
    if store.kind == "claim":
        fact = f"claim {store.claim or ''} is in the namespace whose loss a backup is for".replace("  ", " ")
        yield Fault(path=("backup", "store", "kind"), fact=fact, fix="use a store outside of the cluster")
        return
    host = _host(store)
    domains = ("svc", f"svc.{profile.addressing.cluster_domain}")
    if host and ("." not in host or host.endswith(tuple(f".{each}" for each in domains))):
        key = "host" if store.kind == "sftp" else "endpoint"
        yield Fault(
            path=("backup", "store", key),
            fact=f"{host} is a Service of this cluster: the backups are lost with it",
            fix="use a store outside of the cluster",
        )


def _host(store: Store) -> str:
    return (store.host or "") if store.kind == "sftp" else (urlsplit(store.endpoint or "").hostname or "")


@rule("RM304", Severity.WARNING)
def backup_not_encrypted(profile: Profile) -> Iterator[Fault]:
    """Backups are stored as they are: who can read the store reads every key.

    Encryption of the store itself helps against a stolen disk, not against a stolen key to the store.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      store: {kind: s3, bucket: redis-backups, secretName: store}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      store: {kind: s3, bucket: redis-backups, secretName: store}
      encryption: {secretName: redis-backup-encryption}
    ```
    Source: https://rclone.org/crypt/.
    """
    if profile.backup and profile.backup.encryption is None:
        yield Fault(
            path=("backup",),
            at_key=True,
            fact="backups are not encrypted: who reads the store reads all data",
            fix="set backup.encryption.secretName",
        )


@rule("RM310", Severity.ERROR)
def policy_closed_to_the_store(profile: Profile) -> Iterator[Fault]:
    """The network policy lets the pods of a backup, or those that restore one, reach no store.

    The dump is made, and every upload ends in a time-out; a first pod that is to restore waits and never starts.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    networkPolicy: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    networkPolicy: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
      network: {cidrs: [203.0.113.0/24]}
    ```
    Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/.
    """
    if not profile.network_policy.enabled:
        return
    for (section, *_), store, network in _stores(profile):
        if store.kind != "claim" and opens_nothing(network):
            what = {"backup": "every upload fails", "restore": "the first pod waits"}[section]
            yield Fault(
                path=(section, "network"),
                fact=f"the network policy opens no address for the store, so {what}",
                fix=f"set {section}.network.cidrs, or podLabels and namespaceLabels for a store in the cluster",
            )


@rule("RM311", Severity.WARNING)
def store_without_tls(profile: Profile) -> Iterator[Fault]:
    """The connection to the store is not encrypted: names, and without encryption all data, can be read on the way.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store, endpoint: "http://s3.example.com"}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store, endpoint: "https://s3.example.com"}
    ```
    Source: https://rclone.org/s3/ (endpoint).
    """
    for path, store, _ in _stores(profile):
        if store.endpoint and store.endpoint.startswith("http://"):
            yield Fault(
                path=(*path, "endpoint"), fact=f"{store.endpoint} is not encrypted", fix="use https://"
            )
