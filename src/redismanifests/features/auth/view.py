"""Auth view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.named import NamedTuple
from redismanifests.core.quoting.conftext import ConfLine
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.members import redis_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.derived.members import Component
    from redismanifests.profile.model import Profile


class KeyView(NamedTuple):
    """The password of one user, and the second one while passwords change: keys of the Secret, and files."""

    name: str
    also: str
    file: str
    also_file: str


class WorkloadView(NamedTuple):
    """Accounts of the servers of one workload, and the keys of the Secret that their pods mount."""

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
    login_keys: credentials.Logins
    """Where the Secret has their passwords."""
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
        login_keys=credentials.login_keys(profile),
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
        keys=tuple(_key(profile, user) for user in keys),
        exporter=exporter,
    )


def _key(profile: Profile, user: str) -> KeyView:
    key = credentials.key_of(profile, user)
    return KeyView(key, key + credentials.ALSO, user, user + credentials.ALSO)


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
