"""Migration rules: whether this deployment can follow the old master, and be cut off from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived.edges import opens_nothing
from redismanifests.profile.derived.members import redis_workload, sentinel_workload
from redismanifests.profile.formulas import format as dumps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

_USUAL_KEY = "password"
"""Default of `migration.from.secretKey`."""


@rule("RM370", Severity.ERROR, waivable=False)
def old_master_not_readable(profile: Profile) -> Iterator[Fault]:
    """The old master sends a copy of its data that this engine cannot read.

    The formats go one way: an older version refuses what a newer one wrote, and since RDB 12 the two engines refuse
    each other's. The first pod would try the full copy again and again, and load the old master each time.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {image: "redis:7.2.16"}
    migration:
      from: {host: redis-master, engine: redis-8.2}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {image: "redis:8.2.10"}
    migration:
      from: {host: redis-master, engine: redis-8.2}
    ```
    Source: https://github.com/redis/redis/blob/7.2/src/rdb.c (rdbLoadRioWithLoadingCtx); docs/engines.md.
    """
    old = profile.migration.source.engine if profile.migration else None
    if old is None:
        return
    for line in dumps.lines(profile.engine, profile.redis.image):
        if not dumps.loads(line, dumps.sent(old, line)):
            yield Fault(
                path=("migration", "from", "engine"),
                fact=f"{old} sends RDB version {dumps.sent(old, line)}, and {line} reads {dumps.most(line)}",
                fix="use an engine that reads it, or move the data by a tool (docs/moving.md)",
            )
            return


@rule("RM371", Severity.ERROR, waivable=False)
def move_over_tls(profile: Profile) -> Iterator[Fault]:
    """Replication is encrypted here, and the old master is asked on a port without TLS.

    A server with tls-replication opens its link to any master with TLS. A port without it answers nothing that it
    understands, so the first pod would never have a copy.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    tls: {enabled: true, certManager: {issuer: {name: ca}, ipAddresses: [10.96.1.1, 10.96.1.2, 10.96.1.3]}}
    migration:
      from: {host: redis-master}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    tls: {enabled: false}
    migration:
      from: {host: redis-master}
    ```
    Source: https://github.com/redis/redis/blob/7.2/redis.conf (tls-replication).
    """
    if profile.migration is not None and profile.tls.enabled:
        yield Fault(
            path=("tls", "enabled"),
            fact="with TLS the first pod also opens its link to the old master with TLS, which has none here",
            fix="move first, and turn TLS on afterwards (docs/tls.md), or restore a backup instead",
        )


@rule("RM372", Severity.ERROR, waivable=False)
def move_and_restore(profile: Profile) -> Iterator[Fault]:
    """The first pod is to begin with a backup, and with the data of the old master.

    The copy of a master replaces all that a replica holds, so the backup would be fetched for nothing.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    restore:
      from: {namespace: shop, name: redis, store: {kind: s3, bucket: backups, secretName: store}}
    migration:
      from: {host: redis-master}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    migration:
      from: {host: redis-master}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (full synchronization).
    """
    if profile.migration is not None and profile.restore is not None:
        yield Fault(
            path=("migration",),
            fact="the copy of the old master replaces the backup of restore.from",
            fix="remove one of the two",
            at_key=True,
        )


@rule("RM373", Severity.ERROR, waivable=False)
def move_from_itself(profile: Profile) -> Iterator[Fault]:
    """The old master is a Service or a pod of this deployment itself.

    The first pod would follow itself, or one of its own replicas, and no one would ever be a master.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    migration:
      from: {host: redis.shop.svc}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    migration:
      from: {host: redis.other.svc}
    ```
    Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/; templates/migration/decide.sh.
    """
    if profile.migration is None:
        return
    host = profile.migration.source.host
    if _without_domain(profile, host) in _own_names(profile):
        yield Fault(
            path=("migration", "from", "host"),
            fact=f"{host} leads to this deployment",
            fix="give the new deployment another name (RM244 has the reasons), and name the old one's master",
        )


def _own_names(profile: Profile) -> set[str]:
    names = set()
    for workload in (redis_workload(profile), sentinel_workload(profile)):
        names |= {workload.client_service, workload.headless_service, *workload.pods}
        names |= {f"{pod}.{workload.headless_service}" for pod in workload.pods}
    return names


def _without_domain(profile: Profile, host: str) -> str:
    """What is left of a name that ends with this namespace, and may have the domain of Services behind it."""
    short = host.removesuffix(f".{profile.addressing.cluster_domain}").removesuffix(".svc")
    return short.removesuffix(f".{profile.namespace}")


@rule("RM374", Severity.ERROR, waivable=False)
def waiting_sentinels_are_restarted(profile: Profile) -> Iterator[Fault]:
    """Sentinels wait until the cut without a server, and their liveness probe opens its port.

    No port is open while a Sentinel waits, so the kubelet would restart its container again and again, with longer and
    longer pauses, and at the cut no Sentinel might run. The probe by exec knows a start that waits.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    migration:
      from: {host: redis-master}
    probes:
      sentinel:
        liveness: {type: tcp}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    migration:
      from: {host: redis-master}
    probes:
      sentinel:
        liveness: {type: exec}
    ```
    Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/;
    templates/migration/sentinel-alive.sh.
    """
    if profile.migration is not None and profile.probes.sentinel.liveness.type == "tcp":
        yield Fault(
            path=("probes", "sentinel", "liveness", "type"),
            fact="a Sentinel that waits for the cut has no port open, and would be restarted again and again",
            fix="set type to exec until the move is over",
        )


@rule("RM375", Severity.WARNING)
def move_onto_empty_dir(profile: Profile) -> Iterator[Fault]:
    """The data is on an emptyDir, so nothing on the volumes remembers that the move is over.

    Where all pods are lost after the cut, the first one finds an empty volume and no master, and follows the old one
    again: no one takes writes until a person acts. A claim remembers the cut.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {aof: {enabled: false}, rdb: {save: []}, storage: {kind: emptyDir}}
    migration:
      from: {host: redis-master}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {storage: {kind: claim}}
    migration:
      from: {host: redis-master}
    ```
    Source: https://kubernetes.io/docs/concepts/storage/volumes/#emptydir; templates/migration/decide.sh.
    """
    if profile.migration is not None and profile.redis.storage.kind == "emptyDir":
        yield Fault(
            path=("migration",),
            fact="redis.storage.kind is emptyDir: after a loss of all pods the old master is followed again",
            fix="use a claim, or remove migration as soon as the cut is done",
            at_key=True,
        )


@rule("RM376", Severity.WARNING)
def move_has_no_way_back(profile: Profile) -> Iterator[Fault]:
    """This engine reads what the old master sends, and the old one could not read what this one writes.

    Until the first write here `migrate back` returns to the old side. After that its data would have to be copied back,
    which an older version refuses.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {image: "redis:8.2.10"}
    migration:
      from: {host: redis-master, engine: redis-7.2}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {image: "redis:8.2.10"}
    migration:
      from: {host: redis-master, engine: redis-8.2}
    ```
    Source: https://github.com/redis/redis/blob/7.2/src/rdb.h (RDB_VERSION); docs/engines.md.
    """
    old = profile.migration.source.engine if profile.migration else None
    if old is None:
        return
    for line in dumps.lines(profile.engine, profile.redis.image):
        if dumps.loads(line, dumps.sent(old, line)) and not dumps.loads(old, dumps.sent(line, old)):
            yield Fault(
                path=("migration", "from", "engine"),
                fact=f"{old} could not follow {line} back: it sends RDB version {dumps.sent(line, old)}",
                fix="move to the version of the old side first, and update afterwards; or take a backup of it before",
            )
            return


@rule("RM377", Severity.WARNING)
def move_blocked_by_policy(profile: Profile) -> Iterator[Fault]:
    """The network policy of the Redis pods lets nothing out to the old master.

    The first pod would wait for its link without end.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    networkPolicy: {enabled: true}
    migration:
      from: {host: redis-master}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    networkPolicy: {enabled: true}
    migration:
      from: {host: redis-master}
      network: {podLabels: {app: old-redis}}
    ```
    Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/ (egress).
    """
    if profile.migration is None or not profile.network_policy.enabled:
        return
    if opens_nothing(profile.migration.network):
        yield Fault(
            path=("migration",),
            fact="networkPolicy.enabled is true, and migration.network opens nothing to the old master",
            fix="set migration.network to its addresses or labels",
            at_key=True,
        )


@rule("RM378", Severity.WARNING)
def login_without_secret(profile: Profile) -> Iterator[Fault]:
    """The login at the old master is half written: an account or a key, and no Secret with the password.

    A replica logs in only where it has a password. Without one it does not log in, an old master with passwords
    answers NOAUTH, and the first pod tries again and again.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    migration:
      from: {host: redis-master, user: replication}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    migration:
      from: {host: redis-master, user: replication, secretName: old-redis}
    ```
    Source: https://github.com/redis/redis/blob/7.2/src/replication.c (syncWithMaster, masterauth).
    """
    source = profile.migration.source if profile.migration else None
    if source is None or source.secret_name is not None:
        return
    if source.user is not None:
        yield _half(("migration", "from", "user"), f"the account {source.user}")
    elif source.secret_key != _USUAL_KEY:
        yield _half(("migration", "from", "secretKey"), f"the key {source.secret_key}")


def _half(path: tuple[str, ...], what: str) -> Fault:
    return Fault(
        path=path,
        fact=f"migration.from has no secretName, so {what} is not used, and no password is sent",
        fix="set secretName to the Secret with the password of the old master, or remove this",
    )
