"""Extra config: rules about which lines of redis.conf a user may add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.configuration import Line, lines
from redismanifests.profile.formulas.configuration import directive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

MANAGED = {
    "aof-timestamp-enabled": "backup.segments",
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
    "appenddirname": "the start script recognizes an empty volume by the names of its files",
    "appendfilename": "the start script recognizes an empty volume by the names of its files",
    "bind": "members and probes reach the server on every address",
    "dbfilename": "the start script recognizes an empty volume by the names of its files",
    "dir": "the volume is mounted at /data",
    "masteruser": "auth.mode decides whom replicas log in as",
    "primaryuser": "auth.mode decides whom replicas log in as",
    "protected-mode": "members and probes connect from other pods",
    "replica-announce-port": "each member announces the port that Sentinel uses",
    "replica-priority": "with 0 on all of them no one can be promoted",
    "replicaof": "the role is decided at each start",
    "shutdown-on-sigterm": "a SIGTERM must never be refused",
    "shutdown-timeout": "the grace period is computed with it",
    "slaveof": "the role is decided at each start",
    "slave-announce-port": "each member announces the port that Sentinel uses",
    "slave-priority": "with 0 on all of them no one can be promoted",
    "stop-writes-on-bgsave-error": "a failed snapshot would stop all writes, although the append-only file is complete",
    "tls-cluster": "no cluster is rendered, and a server without TLS exits with it",
    "unixsocket": "probes and members connect by address",
}
"""Directives that the design depends on, and why."""

SECRET = ("masterauth", "primaryauth", "requirepass", "tls-client-key-file-pass", "tls-key-file-pass")
"""Directives whose value is a password; an account (`user`) may contain one."""

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
    **dict.fromkeys(("auth", "hello"), "every client that logs in"),
    **dict.fromkeys(("acl", "command", "del", "get", "mget", "mset", "set", "wait"), "a verification"),
    "select": "clients",
    **dict.fromkeys(("psync", "replconf"), "replication"),
    **dict.fromkeys(("dbsize", "slowlog", "latency"), "the exporter"),
}
"""Commands, and who calls them by their names (sentinel.c; replication.c; redis_exporter, exporter.go)."""

MANY = ("client-output-buffer-limit", "include", "loadmodule", "rename-command", "save", "user")
"""Directives that may occur several times."""


@rule("RM038", Severity.ERROR)
def managed_directive(profile: Profile) -> Iterator[Fault]:
    """An extra line of redis.conf sets a directive that the profile, or the design, already sets.

    The last line in redis.conf counts. The extra line would silently replace a setting that the rules judged, or break
    failover.

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
            fact, fix = "accounts are in redis.conf, and a server with both exits", "set auth.users instead"
        elif name in OURS:
            fact, fix = f"{name} is ours: {OURS[name]}", "remove the line"
        else:
            continue
        yield Fault(path=path, fact=fact, fix=fix)


@rule("RM080", Severity.ERROR, waivable=False)
def unknown_directive(profile: Profile) -> Iterator[Fault]:
    """The server does not know the directive, and exits at once: no pod of the deployment starts.

    Versions add and remove directives, and Redis and Valkey have some of their own. The directives of each version were
    read from running servers, or from their sources.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.10
      extraConfig:
        - aof-load-corrupt-tail-max-size 4kb
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.6.6
      extraConfig:
        - aof-load-corrupt-tail-max-size 4kb
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
        yield Fault(
            path, f"{version} does not know {name}, and a server exits at a line that it does not know", fix
        )


@rule("RM210", Severity.NOTE)
def directive_not_judged(profile: Profile) -> Iterator[Fault]:
    """The directive is not in our table, which is incomplete for the image's version.

    So it may be misspelt. A server exits at a line that it does not know, and then no pod of the deployment starts. The
    table was read from running servers: Redis up to 8.6 (8.8 and 8.10 from their release notes), Valkey up to 9.1.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.10.2
      extraConfig:
        - maxmemory-smples 5
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.10.2
      extraConfig:
        - maxmemory-samples 5
    ```
    Source: config.c, loadServerConfigFromString; tools/make_directives.py;
    https://redis.io/docs/latest/operate/oss_and_stack/management/config/.
    """
    for path, name, _ in lines(profile):
        reason = directive.unjudged(name, profile.engine, profile.redis.image)
        if reason is not None:
            others, near = directive.known_to(name), directive.near(name)
            hint = (
                f"only {', '.join(others)} know it: " if others else f"did you mean {near}? " if near else ""
            )
            yield Fault(
                path,
                f"{name} was not judged: {reason}",
                f"{hint}try the line with a server of that version: a server exits at a line that it does not know",
            )


@rule("RM081", Severity.ERROR)
def secret_in_configuration(profile: Profile) -> Iterator[Fault]:
    """A password is in the profile, and from there in a ConfigMap and in git.

    Every user who may read the repository, or ConfigMaps of the namespace, can read it, and git keeps it forever.
    Members and probes do not use it either.

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
            yield Fault(path, f"{name} contains a password, and a profile is kept in git", "remove the line")


@rule("RM082", Severity.ERROR)
def needed_command_renamed(profile: Profile) -> Iterator[Fault]:
    """A command is renamed or switched off that Sentinel, replication or the exporter call by its name.

    Measured with `rename-command CONFIG ""`: Sentinel elects a leader, aborts the promotion after failover-timeout, and
    repeats this forever. Commands that no part of the deployment needs (FLUSHALL, KEYS, DEBUG) may be renamed; accounts
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
    """One directive is in two extra lines, and only the last of them counts.

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
                fact=f"{line.directive} occurs again below, and the last one counts",
                fix="remove this line or the other",
            )
