"""Extra config: rules about which lines of redis.conf a user may add.

What must not come in: the form of a line (core/conftext.py), what a line does to the server (features/extra_effect.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.facts import credentials, directive
from redismanifests.facts.configuration import Line, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

MANAGED = {
    "appendfsync": "redis.aof.fsync",
    "appendonly": "redis.aof.enabled",
    "client-output-buffer-limit": "redis.replicaOutputBuffer",
    "maxmemory": "redis.maxmemory",
    "maxmemory-policy": "redis.maxmemoryPolicy",
    "min-replicas-max-lag": "redis.minReplicasMaxLag",
    "min-replicas-to-write": "redis.minReplicasToWrite",
    "min-slaves-max-lag": "redis.minReplicasMaxLag",
    "min-slaves-to-write": "redis.minReplicasToWrite",
    "port": "services.redis.port",
    "repl-backlog-size": "redis.replBacklogSize",
    "save": "redis.rdb.save",
    "tls-auth-clients": "tls.clients",
    "tls-ca-cert-dir": "tls.secretName",
    "tls-ca-cert-file": "tls.secretName",
    "tls-cert-file": "tls.secretName",
    "tls-ciphers": "tls.ciphers",
    "tls-ciphersuites": "tls.cipherSuites",
    "tls-client-cert-file": "tls.secretName",
    "tls-client-key-file": "tls.secretName",
    "tls-key-file": "tls.secretName",
    "tls-port": "tls.enabled",
    "tls-protocols": "tls.minimumVersion",
    "tls-replication": "tls.enabled",
}
"""Directives that a setting of the profile writes."""

OURS = {
    "appenddirname": "an empty volume is told by the names of its files",
    "appendfilename": "an empty volume is told by the names of its files",
    "bind": "members and probes reach the server on every address",
    "dbfilename": "an empty volume is told by the names of its files",
    "dir": "the volume is mounted at /data",
    "masteruser": "auth.mode decides whom replicas log in as",
    "primaryuser": "auth.mode decides whom replicas log in as",
    "protected-mode": "members and probes connect from other pods",
    "replica-announce-port": "each member announces the port that Sentinel knows it by",
    "replica-priority": "with 0 on all of them nobody can be promoted",
    "replicaof": "the role is decided at each start",
    "shutdown-on-sigterm": "a SIGTERM must never be refused",
    "shutdown-timeout": "the grace period is computed with it",
    "slaveof": "the role is decided at each start",
    "slave-announce-port": "each member announces the port that Sentinel knows it by",
    "slave-priority": "with 0 on all of them nobody can be promoted",
    "stop-writes-on-bgsave-error": "a failed snapshot would refuse every write, though the append-only file is whole",
    "unixsocket": "probes and members ask by address",
}
"""Directives that the design rests on, and why."""

SECRET = ("masterauth", "primaryauth", "requirepass", "tls-client-key-file-pass", "tls-key-file-pass")
"""Directives whose value is a password; an account (`user`) may carry one."""

NEEDED_COMMANDS = {
    **dict.fromkeys(
        (
            "client",
            "config",
            "exec",
            "info",
            "multi",
            "ping",
            "publish",
            "replicaof",
            "role",
            "script",
            "slaveof",
        ),
        "Sentinel",
    ),
    "subscribe": "Sentinel",
    **dict.fromkeys(("psync", "replconf"), "replication"),
    **dict.fromkeys(("dbsize", "slowlog", "latency"), "the exporter"),
}
"""Commands, and who calls them by their names (sentinel.c; replication.c; redis_exporter, exporter.go)."""

MANY = ("client-output-buffer-limit", "include", "loadmodule", "rename-command", "save", "user")
"""Directives that may stand several times."""


@rule("RM038", Severity.ERROR)
def managed_directive(profile: Profile) -> Iterator[Fault]:
    """An extra line of redis.conf sets what the profile, or the design, already sets.

    The last line wins in redis.conf, so the extra one would silently overrule a setting that rules have judged, or
    break what failover rests on.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - maxmemory 4gb
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - lazyfree-lazy-eviction yes
    ```
    Source: https://github.com/redis/redis/blob/7.0/redis.conf.
    """
    for path, name, _ in lines(profile):
        if name in MANAGED:
            fact, fix = f"{name} is already set by the profile", f"set {MANAGED[name]} instead"
        elif name == "aclfile" and credentials.enabled(profile):
            fact, fix = "accounts stand in redis.conf, and a server with both ends", "set auth.users instead"
        elif name in OURS:
            fact, fix = f"{name} is ours: {OURS[name]}", "remove the line"
        else:
            continue
        yield Fault(path=path, fact=fact, fix=fix)


@rule("RM080", Severity.ERROR, waivable=False)
def unknown_directive(profile: Profile) -> Iterator[Fault]:
    """The server does not know the directive, and ends at once: no pod of the deployment comes up.

    Directives come with versions and go with them, and Redis and Valkey have some of their own. What the image's
    version knows was asked of the servers themselves, or read from their sources.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:7.0.15
      extraConfig:
        - set-max-listpack-entries 128
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:7.2.4
      extraConfig:
        - set-max-listpack-entries 128
    ```
    Source: config.c, loadServerConfigFromString; https://redis.io/docs/latest/operate/oss_and_stack/management/config/.
    """
    for path, name, _ in lines(profile):
        version = directive.version_without(name, profile.engine, profile.redis.image)
        if version is None:
            continue
        others, near = directive.known_to(name), directive.near(name)
        if others:
            fix = f"remove the line, or use one of: {', '.join(others)}"
        else:
            fix = f"did you mean {near}?" if near else "remove the line"
        yield Fault(path, f"{version} does not know {name}, and a server that does not know a line ends", fix)


@rule("RM081", Severity.ERROR)
def secret_in_configuration(profile: Profile) -> Iterator[Fault]:
    """A password stands in the profile, and from there in a ConfigMap and in git.

    Everybody who may read the repository, or ConfigMaps of the namespace, has it, and git keeps it for ever. Members
    and probes would not know it either.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - requirepass s3cret
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - acllog-max-len 256
    ```
    Source: https://kubernetes.io/docs/concepts/security/secrets-good-practices/.
    """
    for path, name, words in lines(profile):
        password = name == "user" and any(word[:1] in (">", "<", "#", "!") for word in words)
        if name in SECRET or password:
            yield Fault(path, f"{name} carries a password, and a profile is kept in git", "remove the line")


@rule("RM082", Severity.ERROR)
def needed_command_renamed(profile: Profile) -> Iterator[Fault]:
    """A command is renamed or switched off that Sentinel, replication or the exporter call by its name.

    Measured with `rename-command CONFIG ""`: Sentinel elects a leader, the promotion is aborted after failover-timeout,
    and so again and again, for ever. Commands that nobody here needs (FLUSHALL, KEYS, DEBUG) may be renamed; accounts
    (ACL) are the better way.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - rename-command CONFIG ""
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - rename-command FLUSHALL ""
    ```
    Source: sentinel.c, sentinelSendSlaveOf; https://redis.io/docs/latest/operate/oss_and_stack/management/security/.
    """
    for path, name, words in lines(profile):
        command = words[0].lower() if words else ""
        if name == "rename-command" and command in NEEDED_COMMANDS:
            yield Fault(
                path=path,
                fact=f"{NEEDED_COMMANDS[command]} calls {command.upper()} by its name",
                fix="remove the line",
            )


@rule("RM088", Severity.NOTE)
def repeated_directive(profile: Profile) -> Iterator[Fault]:
    """One directive stands in two extra lines, and only the last of them counts.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - hz 20
        - hz 50
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - hz 50
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/config/.
    """
    first: dict[str, Line] = {}
    for line in lines(profile):
        before = first.setdefault(line.directive, line)
        if before is not line and line.directive not in MANY:
            yield Fault(
                path=before.path,
                fact=f"{line.directive} stands a second time below, and the last one counts",
                fix="remove this line or the other",
            )


FEATURE = Feature(
    "extraConfig",
    rules=(
        managed_directive,
        unknown_directive,
        secret_in_configuration,
        needed_command_renamed,
        repeated_directive,
    ),
)
