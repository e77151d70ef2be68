"""Kinds: what `migrate` reports of a deployment that another tool made: decisions, changes and losses.

An error is a decision that a person must make; `migrate --accept CODE` records it. The others are facts to know.
"""

from __future__ import annotations

from redismanifests.core.findings import FindingKind, Severity


def option(code: str) -> str:
    """The option that records a decision."""
    return f"migrate --accept {code}"


def _decision(code: str, name: str, text: str, source: str) -> FindingKind:
    """An error until a person decides; the text ends with the option that records it."""
    how = f"Once you have decided, `redismanifests {option(code)}` with the same sources goes on."
    return FindingKind(code, name, Severity.ERROR, f"{text}\n\n{how}\n\nSource: {source}", waivable=False)


NO_SENTINEL_TODAY = _decision(
    "RM350",
    "no-sentinel-today",
    "Today's deployment has no Sentinel: clients connect to a fixed address, and a dead master stays dead.\n\n"
    "The profile has Sentinels, and the master moves. Every client must ask them for its address, so the move is a "
    "change of the applications as well.",
    "Redis docs, guidelines for Redis clients with support for Sentinel.",
)
REPLICAS_OPEN = _decision(
    "RM351",
    "replicas-to-decide",
    "With one or two pods, each with a Sentinel, nothing replaces a lost master.\n\n"
    "A majority of one is one, of two is two: the loss of one pod ends elections, or ends everything. The profile has "
    "three pods and three Sentinels instead, which need memory, disk and nodes for them.",
    "Redis docs, high availability with Sentinel, example Sentinel deployments.",
)
PASSWORD_IN_VALUES = FindingKind(
    "RM352",
    "password-in-values",
    Severity.WARNING,
    "The values contain a password: every reader of the repository, and of its history, has it.\n\n"
    "A profile contains none. The password belongs into a Secret, and should be another one from now on.\n\n"
    "Source: docs/auth.md.",
    waivable=False,
)
OPEN_SENTINEL = _decision(
    "RM353",
    "sentinel-without-password",
    "Today Redis requires a password and Sentinel does not; in the profile both require it.\n\n"
    "A client that sends no password to Sentinel finds no master any more. Some libraries cannot send one.",
    "docs/auth.md; redis.io, Sentinel, authentication.",
)
NO_LIMIT = FindingKind(
    "RM354",
    "memory-without-limit",
    Severity.WARNING,
    "Today nothing limits the memory of Redis; the profile needs a limit, from which maxmemory follows.\n\n"
    "Without one, Redis grows until the node runs out of memory, and the kernel kills any process.\n\n"
    "Source: Kubernetes docs, resource management for pods.",
    waivable=False,
)
LINES_OPEN = _decision(
    "RM355",
    "server-to-decide",
    "Today's server loads modules, files or accounts that the official image does not have.\n\n"
    "Data of a module are not readable without it, and accounts of a file are gone without the file.",
    "redis.conf, loadmodule, include, aclfile.",
)
VERSION_UNKNOWN = _decision(
    "RM356",
    "version-of-the-data-unknown",
    "The image names no version, and an older server does not read the data of a newer one.\n\n"
    "The profile must not have an older version than the one that wrote the data.",
    "docs/engines.md.",
)
MASTER_ADDRESS = _decision(
    "RM357",
    "address-of-the-master",
    "Today a Service or a proxy leads to the master; the profile has none.\n\n"
    "Clients that connect to it must ask Sentinel for the master instead.",
    "docs/client.md.",
)
NOT_KEPT = FindingKind(
    "RM358",
    "setting-not-kept",
    Severity.WARNING,
    "A setting of today that the profile has no equivalent for.\n\n"
    "The finding gives the reason, and what to do where it is needed.\n\n"
    "Source: docs/migrate.md.",
    waivable=False,
)
REFUSED = FindingKind(
    "RM359",
    "value-not-kept",
    Severity.WARNING,
    "Today's value has a setting in the profile, and `check` refuses it there.\n\n"
    "The profile has its default instead. The finding gives the reason of `check`.\n\n"
    "Source: docs/findings.md.",
    waivable=False,
)
DIFFERS = FindingKind(
    "RM360",
    "default-differs",
    Severity.NOTE,
    "The chart's default and ours differ, and the values set neither.\n\n"
    "Sizes are kept as the pods get them today; where it is about failover and durability, the profile has ours.\n\n"
    "Source: docs/migrate.md.",
    waivable=False,
)
SECRET_OF_CHART = FindingKind(
    "RM361",
    "secret-of-the-release",
    Severity.WARNING,
    "The chart created the Secret with the password, and it is deleted with the release.\n\n"
    "The profile needs a Secret that does not belong to the release.\n\n"
    "Source: docs/auth.md.",
    waivable=False,
)
DATA = FindingKind(
    "RM362",
    "data-stay-behind",
    Severity.WARNING,
    "The data are on claims of today's pods; pods of the profile have claims of their own, which are empty.\n\n"
    "Claims of a StatefulSet have its name and the ordinal of a pod: nothing is taken over by name.\n\n"
    "Source: Kubernetes docs, StatefulSets, stable storage; docs/migrate.md.",
    waivable=False,
)
EXPOSED = FindingKind(
    "RM363",
    "exposed-outside",
    Severity.WARNING,
    "Today a Service makes Redis reachable from outside of the cluster; the profile has ClusterIP.\n\n"
    "Sentinel returns addresses inside the cluster, which clients outside cannot reach.\n\n"
    "Source: Redis docs, high availability with Sentinel, NAT and possible issues.",
    waivable=False,
)
NAMESPACE = FindingKind(
    "RM364",
    "namespace-not-given",
    Severity.WARNING,
    "The source does not contain the namespace of the release, and the profile has `default`.\n\n"
    "Sentinel's name of the master and the addresses of the pods follow from it.\n\n"
    "Source: docs/migrate.md.",
    waivable=False,
)
DECISIONS = (
    NO_SENTINEL_TODAY,
    REPLICAS_OPEN,
    OPEN_SENTINEL,
    LINES_OPEN,
    VERSION_UNKNOWN,
    MASTER_ADDRESS,
)
"""What `--accept` takes."""
