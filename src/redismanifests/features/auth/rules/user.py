"""Auth user: rules about who may log in, and what that lets them do."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.profile.derived import credentials
from redismanifests.profile.formulas.configuration import command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.features.auth.settings import User
    from redismanifests.profile.model import Profile

CATEGORIES = frozenset((
    "admin", "all", "bitmap", "blocking", "bloom", "cms", "connection", "cuckoo", "dangerous", "fast", "geo", "hash",
    "hyperloglog", "json", "keyspace", "list", "pubsub", "read", "scripting", "search", "set", "slow", "sortedset",
    "stream", "string", "tdigest", "timeseries", "topk", "transaction", "write",
))  # fmt: skip
"""Categories of ACL CAT, those of the modules in Redis' own images from 8 on among them."""

BREAKING = (
    "acl", "cluster", "config", "debug", "failover", "module", "replicaof", "shutdown", "slaveof",
)  # fmt: skip
"""Commands that change the role, the settings or the accounts for every client."""
HOLDING_THEM = ("@all", "@admin", "@dangerous")
"""Categories that contain all of these."""


@rule("RM164", Severity.ERROR, waivable=False)
def reserved_account_name(profile: Profile) -> Iterator[Fault]:
    """An application's account has the name of one of our own: one of the two would have the other's rights.

    The start script writes a line for each account, and the last one of a name counts.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: sentinel, keys: ["shop:*"], commands: [+@read]}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read]}
    ```
    Source: docs/auth.md; https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/.
    """
    for path, user in _users(profile):
        if user.name in (*credentials.own_names(profile), credentials.DEFAULT):
            kept = ", ".join((*credentials.own_names(profile), credentials.DEFAULT))
            yield Fault(
                path=(*path, "name"),
                fact=f"{user.name} is an account of our own",
                fix=f"choose another name than {kept}",
            )


@rule("RM165", Severity.ERROR, waivable=False)
def account_named_twice(profile: Profile) -> Iterator[Fault]:
    """Two accounts have one name: only the rights of the last one would count, and both have one password.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read]}
        - {name: shop, keys: ["shop:*"], commands: [+@write]}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read, +@write, -@dangerous]}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/.
    """
    seen: set[str] = set()
    for path, user in _users(profile):
        if user.name in seen:
            yield Fault(
                path=(*path, "name"),
                fact=f"an account above is called {user.name} as well",
                fix="give each account a name of its own, or make one of the two",
            )
        seen.add(user.name)


@rule("RM166", Severity.WARNING)
def account_without_rights(profile: Profile) -> Iterator[Fault]:
    """An account may log in, and do nothing with what is there: it has commands without keys, or none at all.

    An account begins with nothing. It may then do what every client does when it connects; each key, channel and
    command has to be given to it.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, commands: [+@read]}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read]}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ (rules).
    """
    for path, user in _users(profile):
        if not any(right.startswith("+") for right in user.commands):
            fact, fix = (
                f"{user.name} may run no command",
                "name commands or categories, such as +@read and +@write",
            )
        elif not user.keys and not user.channels:
            fact, fix = f"{user.name} may use no key and no channel", "name patterns in keys or channels"
        else:
            continue
        yield Fault(path=(*path, "name"), fact=fact, fix=fix)


@rule("RM168", Severity.WARNING)
def account_may_break_failover(profile: Profile) -> Iterator[Fault]:
    """An application's account may change roles, settings or accounts: one mistake there is an outage for all.

    REPLICAOF makes the master a replica of any machine, CONFIG SET switches persistence off, SHUTDOWN stops it, and
    ACL SETUSER grants every other right. `+@all` and `+@admin` contain all of them; only `-@dangerous` or `-@admin`
    after it removes them.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@all]}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@all, -@admin]}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ (command categories).
    """
    for path, user in _users(profile):
        may = sorted(_breaking(user.commands))
        if may:
            yield Fault(
                path=(*path, "commands"),
                fact=f"{user.name} may run {', '.join(may)}",
                fix="add -@admin at the end, or name the categories that the application needs",
            )


@rule("RM169", Severity.NOTE)
def account_reaches_probe_keys(profile: Profile) -> Iterator[Fault]:
    """An application's account may use the keys that a verification writes, reads back and removes.

    The application has no data there. But when it deletes or counts keys by a pattern, it includes these keys.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["*"], commands: [+@read]}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read]}
    ```
    Source: docs/auth.md; https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ (key permissions).
    """
    ours = credentials.PROBE_KEYS.removesuffix("*")
    for path, user in _users(profile):
        for index, pattern in enumerate(user.keys):
            if fnmatchcase(f"{ours}x", pattern) or pattern.startswith(ours):
                yield Fault(
                    path=(*path, "keys", index),
                    fact=f"{pattern} matches {credentials.PROBE_KEYS} as well",
                    fix="give the application's keys a beginning of their own",
                )


@rule("RM170", Severity.ERROR, waivable=False)
def unknown_command_category(profile: Profile) -> Iterator[Fault]:
    """A right names a category that no server has: the server exits at once, and no pod of the deployment starts.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@reads]}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read]}
    ```
    Source: https://redis.io/docs/latest/commands/acl-cat/; acl.c, ACLLoadConfiguredUsers.
    """
    for path, user in _users(profile):
        for index, right in enumerate(user.commands):
            category = right[2:]
            if right[1] == "@" and category not in CATEGORIES:
                from difflib import get_close_matches  # noqa: PLC0415 (only where one is wrong)

                near = get_close_matches(category, CATEGORIES, n=1)
                place = (*path, "commands", index)
                yield Fault(
                    path=place,
                    fact=f"no server has a category called {category}, and a server that reads it exits",
                    fix=f"did you mean {right[:2]}{near[0]}?" if near else "remove it",
                    change=Change(place, right[:2] + near[0]) if near else None,
                )


@rule("RM223", Severity.ERROR, waivable=False)
def unknown_command(profile: Profile) -> Iterator[Fault]:
    """A right names a command or a subcommand that the server does not have: it exits, and every pod crash-loops.

    The commands of each version were read from running servers, or from the documentation where no server was at hand.
    Commands of modules (with a dot in their names, and vector sets) are not judged.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read, +hgettall]}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read, +hgetall]}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/; acl.c, ACLSetUser.
    """
    for path, user in _users(profile):
        for index, right in enumerate(user.commands):
            refused = command.refusal(right, profile.engine, profile.redis.image)
            if refused is not None:
                near = command.near(right)
                place = (*path, "commands", index)
                fix = f"did you mean {near}?" if near and near != right else "remove it"
                yield Fault(place, f"{refused}, and a server that reads it exits", fix)


@rule("RM192", Severity.ERROR, waivable=False)
def pattern_after_star(profile: Profile) -> Iterator[Fault]:
    """A pattern follows `*`, which allows all: the server refuses the account, exits, and every pod crash-loops.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], channels: ["*", "news"], commands: [+@read]}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read]}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/; acl.c, ACLSetSelector (EEXIST).
    """
    for path, user in _users(profile):
        for what, patterns in (("keys", user.keys), ("channels", user.channels)):
            behind = patterns[patterns.index("*") :] if "*" in patterns else ()
            for pattern in (each for each in behind if each != "*"):
                yield Fault(
                    path=(*path, what),
                    fact=f"{pattern} follows *, which allows all {what}: a server that reads it exits",
                    fix=f'write ["*"] for all {what}, or remove the *',
                )
                break


def _users(profile: Profile) -> Iterator[tuple[Path, User]]:
    for index, user in enumerate(profile.auth.users):
        yield ("auth", "users", index), user


def _breaking(rights: tuple[str, ...]) -> set[str]:
    """The commands of BREAKING that are left after all rights, each of which overrules those before it."""
    may: set[str] = set()
    for right in rights:
        sign, what = right[0], right[1:]
        named = set(BREAKING) if what in HOLDING_THEM else {what.partition("|")[0]} & set(BREAKING)
        may = may | named if sign == "+" else may - named
    return may
