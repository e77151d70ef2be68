"""Auth: who must log in, under which name, and where the passwords come from.

Passwords are never in a profile: pods mount the Secret with them, and the start scripts write them to files that only
the server reads. The rights of each account are computed in derived/credentials.py.
"""

from __future__ import annotations

from typing import Annotated, Literal

from redismanifests.core.setting import Section, computed, required, setting
from redismanifests.core.values.bounded import Flag, PositiveSeconds
from redismanifests.core.values.duration import Duration
from redismanifests.core.values.names import Name, ObjectName

USER_NAME = Name(
    "a user's name",
    r"[A-Za-z0-9]([-_A-Za-z0-9]*[A-Za-z0-9])?",
    63,
    "has letters, digits, '-' and '_', and begins and ends with a letter or a digit",
    "shop",
    outside=r"[^A-Za-z0-9_-]+",
    lower=False,
)
"""A key of the Secret as well, where a dot begins the second password."""
PATTERN = Name(
    "a pattern",
    r"[!#$%&(-\[\]-~]+",
    200,
    "has no blank, quote or backslash",
    "shop:*",
    outside=r"[^!-~]+",
    lower=False,
)
"""Of keys or channels: a word of redis.conf."""
SECRET_KEY = Name(
    "a key of a Secret",
    r"[A-Za-z0-9_][-._A-Za-z0-9]*",
    200,
    "has letters, digits, '-', '_' and '.', and does not begin with a dot or a dash",
    "redis-password",
    outside=r"[^-._A-Za-z0-9]+",
    lower=False,
)
"""As Kubernetes takes one (IsConfigMapKey), with space for the ending of a second password."""
RIGHT = Name(
    "a right",
    r"[+-](@[a-z]+|[a-z][a-z0-9._-]*(\|[a-z0-9._-]+)?)",
    80,
    "is a command or a category with '+' or '-' before it",
    "+@read",
    outside=r"[^-+@|a-z0-9._]+",
)
REVISION = Name(
    "a revision",
    r"[ -~]*",
    120,
    "is a line of ASCII",
    "2026-11",
    outside=r"[^ -~]+",
    lower=False,
)


class User(Section):
    """An account of an application."""

    name: Annotated[str, USER_NAME] = required(
        "Its name, which is also the key of its password in the Secret.", examples=["shop"]
    )
    keys: tuple[Annotated[str, PATTERN], ...] = setting(
        (), "Patterns of the keys that it may use.", examples=[["shop:*"]]
    )
    channels: tuple[Annotated[str, PATTERN], ...] = setting(
        (), "Patterns of the channels that it may use.", examples=[["shop:*"]]
    )
    commands: tuple[Annotated[str, RIGHT], ...] = setting(
        (),
        "What it may do: commands and categories, in this order, after what every client does when it connects.",
        examples=[["+@read", "+@write", "+@transaction"]],
    )
    sentinel: Flag = setting(
        True,
        "Whether it may also query Sentinels for the master, with the same name and password.",
        why="a client needs both; some libraries take one name and password for both",
    )


class ExternalSecret(Section):
    """An ExternalSecret of the External Secrets Operator, which makes the Secret from a store elsewhere."""

    store: ObjectName = required("Name of the store.", examples=["vault"])
    store_kind: Literal["SecretStore", "ClusterSecretStore"] = setting(
        "ClusterSecretStore", "Kind of the store.", why="a team rarely has a store of its own"
    )
    remote_key: Annotated[str, PATTERN] = required(
        "The entry of the store whose properties are the keys of the Secret.", examples=["shop/redis"]
    )
    refresh_interval: PositiveSeconds = setting(
        Duration.parse("1h"), "How often the operator reads the store.", why="the operator's own default"
    )
    api_version: Literal["v1", "v1beta1"] = setting(
        "v1", "Version of the operator's API.", why="what the operator serves since 0.16"
    )


class Auth(Section):
    """Passwords and accounts."""

    mode: Literal["none", "password", "acl"] = setting(
        "none",
        "none: no one logs in. password: one password for all clients. acl: every part has an account of its own with "
        "the least rights it can do with, and so has every application.",
        why="it requires a Secret, and clients that log in",
    )
    secret_name: ObjectName = computed(
        "The Secret with the passwords: a key for each user, and NAME.also for a second one while passwords change.",
        why="named after the deployment",
    )
    secret_key: Annotated[str, SECRET_KEY] = setting(
        "default",
        "Key of the password of the user `default`, for a Secret that exists already; KEY.also for a second one.",
        why="each user's password is under the user's name",
        examples=["redis-password"],
    )
    default_user: Flag = computed(
        "Whether the user `default` may log in, with all rights; its password is the key `default`.",
        why="with accounts it is not needed; with one password every client uses it",
    )
    users: tuple[User, ...] = setting(
        (),
        "Accounts of applications.",
        examples=[[{"name": "shop", "keys": ["shop:*"], "commands": ["+@read", "+@write"]}]],
    )
    revision: Annotated[str, REVISION] = setting(
        "",
        "Any string; changing it restarts the pods, which then read the current passwords.",
        why="a changed Secret does not restart pods by itself",
        examples=["2026-11, second password"],
    )
    external_secret: ExternalSecret | None = setting(
        None, "Render an ExternalSecret that makes the Secret; none where it is made otherwise."
    )
    sealed_secret: str | None = setting(
        None,
        "File with the SealedSecret that makes the Secret, relative to the profile; it is checked and copied.",
        examples=["sealed/redis-auth.yaml"],
        min_length=1,
    )
