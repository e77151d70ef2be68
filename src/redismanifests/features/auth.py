"""Auth: who must log in, under which name, and where the passwords come from.

Passwords never pass through here: a Secret holds them, pods mount it, and the start scripts put them into files that
only the server reads. Who may do what is a fact (facts/credentials.py). What must not come in: a password, rules about
users (features/auth_user.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from redismanifests.core.bounded import Flag, PositiveSeconds
from redismanifests.core.conftext import ConfLine
from redismanifests.core.duration import Duration
from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.names import Name, ObjectName
from redismanifests.core.setting import Section, computed, setting
from redismanifests.facts import credentials
from redismanifests.facts.members import redis_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.facts.members import Component
    from redismanifests.profile import Profile

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

    name: Annotated[str, USER_NAME] = setting(
        ..., "Its name, and the key of the Secret that holds its password.", examples=["shop"]
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
        "Whether it may also ask Sentinels for the master, with the same name and password.",
        why="a client needs both; libraries that know one name and password for both are served too",
    )


class ExternalSecret(Section):
    """An ExternalSecret of the External Secrets Operator, which makes the Secret from a store elsewhere."""

    store: ObjectName = setting(..., "Name of the store.", examples=["vault"])
    store_kind: Literal["SecretStore", "ClusterSecretStore"] = setting(
        "ClusterSecretStore", "Kind of the store.", why="a team rarely has a store of its own"
    )
    remote_key: Annotated[str, PATTERN] = setting(
        ..., "The entry of the store whose properties are the keys of the Secret.", examples=["shop/redis"]
    )
    refresh_interval: PositiveSeconds = setting(
        Duration.parse("1h"), "How often the store is asked.", why="the operator's own default"
    )
    api_version: Literal["v1", "v1beta1"] = setting(
        "v1", "Version of the operator's API.", why="what the operator serves since 0.16"
    )


class Auth(Section):
    """Passwords and accounts."""

    mode: Literal["none", "password", "acl"] = setting(
        "none",
        "none: nobody logs in. password: one password for everybody. acl: every part has an account of its own with "
        "the least rights it can do with, and so has every application.",
        why="turning it on asks for a Secret, and for clients that log in",
    )
    secret_name: ObjectName = computed(
        lambda profile: f"{profile.name}-auth",
        "The Secret with the passwords: a key for each user, and NAME.also for a second one while passwords change.",
        why="named after the deployment",
    )
    default_user: Flag = computed(
        lambda profile: profile.auth.mode == "password",
        "Whether the user `default` may log in, with all rights; its password is the key `default`.",
        why="with accounts nobody needs it; with one password it is everybody",
    )
    users: tuple[User, ...] = setting(
        (),
        "Accounts of applications.",
        examples=[[{"name": "shop", "keys": ["shop:*"], "commands": ["+@read", "+@write"]}]],
    )
    revision: Annotated[str, REVISION] = setting(
        "",
        "Any text; a change of it rolls the pods, which then take the passwords of the day.",
        why="a Secret that changes rolls nothing by itself",
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


class KeyView(NamedTuple):
    """A user's key of the Secret, and the one beside it."""

    name: str
    also: str


class WorkloadView(NamedTuple):
    """What the servers of one workload know, and what their pods mount."""

    lines: tuple[ConfLine, ...]
    keys: tuple[KeyView, ...]
    exporter: bool


class AuthView(NamedTuple):
    """Facts for configuration, mounts and scripts."""

    enabled: bool
    secret: str
    secret_folder: str
    login_folder: str
    revision: str
    logins: credentials.Logins
    redis: WorkloadView
    sentinel: WorkloadView


def _view(profile: Profile) -> AuthView:
    return AuthView(
        enabled=credentials.enabled(profile),
        secret=profile.auth.secret_name,
        secret_folder=credentials.SECRET_FOLDER,
        login_folder=credentials.LOGIN_FOLDER,
        revision=profile.auth.revision,
        logins=credentials.logins(profile),
        redis=_workload(profile, "redis", exporter=profile.exporters.redis.enabled),
        sentinel=_workload(profile, "sentinel", exporter=profile.exporters.sentinel.enabled),
    )


def _workload(profile: Profile, component: Component, *, exporter: bool) -> WorkloadView:
    known = credentials.known_on(profile, component)
    lines = [f"user {name} on resetchannels {rights}" for name, rights in known]
    if credentials.enabled(profile) and credentials.DEFAULT not in dict(known):
        lines.insert(0, f"user {credentials.DEFAULT} off")
    keys = credentials.keys(profile, component)
    return WorkloadView(
        lines=tuple(ConfLine(line) for line in lines),
        keys=tuple(KeyView(key, key + credentials.ALSO) for key in keys),
        exporter=exporter,
    )


class StoreView(NamedTuple):
    """Facts of an ExternalSecret."""

    api_version: str
    secret: str
    store: str
    store_kind: str
    remote_key: str
    refresh_interval: str


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    external = profile.auth.external_secret
    if external is None or not credentials.enabled(profile):
        return
    view = StoreView(
        api_version=f"external-secrets.io/{external.api_version}",
        secret=profile.auth.secret_name,
        store=external.store,
        store_kind=external.store_kind,
        remote_key=external.remote_key,
        refresh_interval=str(external.refresh_interval),
    )
    facts = {"workload": redis_workload(profile), "external": view}
    yield ObjectTemplate(f"{view.secret}-externalsecret.yaml", "auth/externalsecret.yaml.j2", facts)


FEATURE = Feature("auth", view=_view, objects=_objects)
