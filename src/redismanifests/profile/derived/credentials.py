"""Credentials: who logs in to Redis and Sentinel, with which rights, and which keys of the Secret hold the passwords.

One table: configuration, mounts, scripts, rules and the documentation are made of it. The rights are the least that
real servers let through without an entry in ACL LOG (tests/features/test_auth.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.profile.formulas.engine import engine_of

if TYPE_CHECKING:
    from redismanifests.core.values.image import Image
    from redismanifests.profile.derived.members import Component
    from redismanifests.profile.model import Profile

DEFAULT = "default"
"""The user that a client is who names none."""
EVERYTHING = "~* &* +@all"

PROBE_KEYS = "redismanifests:probe:*"
"""Keys that a verification writes, reads back and removes (prove/checks/redis/writes.py)."""
HELLO = "&__sentinel__:hello"
"""The channel on which Sentinels find each other (sentinel.c, SENTINEL_HELLO_CHANNEL)."""
ALSO = ".also"
"""Ending of the key that holds a second password of a user, for the time of a rotation."""

SECRET_FOLDER, LOGIN_FOLDER, EXPORTER_FOLDER = "/auth", "/login", "/login"
"""Where the Secret is mounted; where a start keeps what it started with, and an exporter finds its password."""

CONNECTING = "+@connection -@dangerous"
"""What a client does first: its name, its library (CLIENT SETINFO, from 7.2 on), PING. By category, because a rule with
a command that the server does not know ends it; what of it is dangerous (CLIENT KILL, CLIENT PAUSE) is not in it."""
COMMANDLOG_SINCE = (8, 1)
"""COMMANDLOG came with Valkey 8.1."""
SKIPS_CONFIG_SINCE = (1, 61)
"""redis_exporter takes `--config-command=-` from this version on, and then reads no settings."""


class User(NamedTuple):
    """An account: its rights on Redis and on Sentinels, empty where it is not known, and what it is for."""

    name: str
    redis: str
    sentinel: str
    why: str


class Logins(NamedTuple):
    """The names under which our own parts log in."""

    ask: str
    """Scripts that ask: probes, starts."""
    act: str
    """Scripts that change something: hand-over, promotion, the cure of links."""
    cli: str
    """`cli.sh`: verification, rehearsal, a person at night."""
    replication: str
    sentinel: str
    """A Sentinel at a Redis."""
    peer: str
    """A Sentinel at another one."""
    exporter: str
    backup: str
    """The dump of a replica."""


OWN_NAMES = Logins("probe", "handover", "verify", "replication", "sentinel", "peer", "exporter", "backup")
"""With ACL; users of applications have other names."""


def own_names(profile: Profile) -> tuple[str, ...]:
    """Names of accounts that no application may have."""
    return tuple(name for name in OWN_NAMES if name != OWN_NAMES.backup or profile.backup is not None)


def enabled(profile: Profile) -> bool:
    """Whether clients must log in."""
    return profile.auth.mode != "none"


def logins(profile: Profile) -> Logins:
    """Who our own parts log in as."""
    return OWN_NAMES if profile.auth.mode == "acl" else Logins(*[DEFAULT] * len(OWN_NAMES))


def users(profile: Profile) -> tuple[User, ...]:
    """Every account, our own first."""
    everybody = User(DEFAULT, EVERYTHING, EVERYTHING, "all: clients that name no user, and our own parts")
    if profile.auth.mode == "password":
        return (everybody,)
    if profile.auth.mode == "none":
        return ()
    known = (*own_users(profile), *_applications(profile))
    return (
        (everybody._replace(why="clients that name no user"), *known) if profile.auth.default_user else known
    )


def known_on(profile: Profile, component: Component) -> tuple[tuple[str, str], ...]:
    """Name and rights of each user that the servers of a workload know."""
    known = ((user.name, user.redis if component == "redis" else user.sentinel) for user in users(profile))
    return tuple((name, rights) for name, rights in known if rights)


def keys(profile: Profile, component: Component) -> tuple[str, ...]:
    """The users whose passwords the pods of a workload mount: those they know, and whom they log in as."""
    if not enabled(profile):
        return ()
    needed = dict.fromkeys(name for name, _ in known_on(profile, component))
    if component == "sentinel":
        needed[logins(profile).sentinel] = None
    return tuple(sorted(needed))


def key_of(profile: Profile, user: str) -> str:
    """The key of a user's password in the Secret; in the pods the file has the user's name."""
    return profile.auth.secret_key if user == DEFAULT else user


def login_keys(profile: Profile) -> Logins:
    """The key of the Secret for each of `logins`."""
    return Logins(*(key_of(profile, user) for user in logins(profile)))


def secret_keys(profile: Profile) -> tuple[str, ...]:
    """Every key that the Secret must have."""
    users = {*keys(profile, "redis"), *keys(profile, "sentinel")}
    return tuple(sorted(key_of(profile, user) for user in users))


def secret_name(profile: Profile) -> str:
    """The Secret that the pods mount."""
    return profile.auth.secret_name


def scripts(profile: Profile) -> dict[str, str]:
    """Files of a ConfigMap that only a deployment with passwords has -> where they lie under templates/."""
    if not enabled(profile):
        return {}
    return {name: f"auth/{name}" for name in ("cli.sh", "exporter-password.sh", "logins.sh")}


def own_users(profile: Profile) -> tuple[User, ...]:
    """The accounts of our own parts, where each has one."""
    dumps = profile.backup is not None
    # A cut writes the new role into redis.conf.
    moving = " +config|rewrite +config|set" if profile.migration else ""
    return (
        User(
            "replication",
            "+ping +psync +replconf",
            "",
            "replicas at their master (replication.c, syncWithMaster)",
        ),
        User(
            "sentinel",
            f"{HELLO} +client|kill +client|setname +config|rewrite +exec{_coordinated(profile)} +info +multi +ping"
            " +publish +role +script|kill +slaveof +subscribe",
            "",
            "Sentinels at each Redis: watching, and the commands of a failover (sentinel.c, sentinelSendSlaveOf)",
        ),
        User(
            "peer",
            "",
            f"{HELLO} +client|setname +ping +publish +sentinel|is-master-down-by-addr",
            "Sentinels at each other: hellos and votes",
        ),
        User(
            "probe",
            "+info +ping",
            "+info +ping +sentinel|master +sentinel|replicas +sentinel|sentinels",
            "probes and starts, which only ask",
        ),
        User(
            "handover",
            f"+client|kill +client|pause +client|unpause{moving} +replicaof",
            "+sentinel|config +sentinel|failover +sentinel|set",
            "the preStop hook, a start that asks for a promotion, the cure of a link that spins",
        ),
        User(
            "exporter",
            _exporter_on_redis(profile) if profile.exporters.redis.enabled else "",
            _exporter_on_sentinel if profile.exporters.sentinel.enabled else "",
            "metrics; it sees no key",
        ),
        User(
            "verify",
            f"~{PROBE_KEYS} {CONNECTING} +acl|log +command|info +config|get +dbsize +del +exec +get +info +mget +mset"
            " +multi +role +set +wait",
            f"{CONNECTING} +acl|log +info +sentinel|ckquorum +sentinel|config +sentinel|get-master-addr-by-name"
            " +sentinel|master +sentinel|masters +sentinel|myid +sentinel|replicas +sentinel|sentinels"
            " +sentinel|slaves",
            "`cli.sh`: probes of a verification, the rehearsal, a person who looks",
        ),
        User(
            "backup",
            "+info +ping +psync +replconf +role +sync" if dumps else "",
            "+ping +sentinel|get-master-addr-by-name" if dumps else "",
            "the dump of a replica; it reads all data",
        ),
    )


def _coordinated(profile: Profile) -> str:
    """The right to FAILOVER, on Valkey.

    Its Sentinel 9.0.0 sends FAILOVER ABORT in one MULTI with every change of a role, and without the right nothing is
    ever promoted (valkey-io/valkey#2779). Older Valkeys know the command, and their Sentinels never send it: so a
    deployment has the right before it is upgraded.
    """
    images = (profile.redis.image, profile.sentinel.image)
    return " +failover" if any(engine_of(profile.engine, image) == "valkey" for image in images) else ""


def _exporter_on_redis(profile: Profile) -> str:
    """CONFIG GET also returns the password of replication: an exporter that can work without it has no right to it."""
    settings = "" if skips_config(profile.exporters.redis.image) else " +config|get"
    server = profile.redis.image.version
    knows = profile.engine == "valkey" and server is not None and server >= COMMANDLOG_SINCE
    commandlog = " +commandlog|len" if knows else ""
    return (
        f"+client|setname{commandlog} +command|info{settings} +dbsize +info +latency|histogram +latency|latest +ping"
        " +slowlog|get +slowlog|len"
    )


_exporter_on_sentinel = (
    "+client|setname +command|info +info +ping +sentinel|ckquorum +sentinel|masters +sentinel|sentinels"
    " +sentinel|slaves"
)


def skips_config(exporter: Image) -> bool:
    """Whether an exporter of this version can be configured to read no settings."""
    return exporter.version is None or exporter.version >= SKIPS_CONFIG_SINCE


def exporter_arguments(profile: Profile, exporter: Image) -> tuple[str, ...]:
    """Variables of an exporter: its name, and the file with its password; never the password itself."""
    skipped = ("--config-command=-",) if profile.auth.mode == "acl" and skips_config(exporter) else ()
    user, file = logins(profile).exporter, f"{EXPORTER_FOLDER}/passwords.json"
    return (f"--redis.user={user}", f"--redis.password-file={file}", *skipped)


def _applications(profile: Profile) -> tuple[User, ...]:
    return tuple(
        User(
            user.name,
            " ".join(
                (
                    *(f"~{pattern}" for pattern in user.keys),
                    *(f"&{pattern}" for pattern in user.channels),
                    CONNECTING,
                    *user.commands,
                    # Last: both are of the dangerous ones, and clients ask them when they connect.
                    "+info +role",
                )
            ),
            f"&* {CONNECTING} +info +psubscribe +punsubscribe +role +sentinel|get-master-addr-by-name"
            " +sentinel|master +sentinel|masters +sentinel|replicas +sentinel|sentinels +sentinel|slaves"
            " +subscribe +unsubscribe"
            if user.sentinel
            else "",
            "an application",
        )
        for user in profile.auth.users
    )
