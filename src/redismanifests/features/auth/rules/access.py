"""Access rules: no password, no account that can log in, or two sources of one Secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived import credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM163", Severity.WARNING)
def outside_clients_without_password(profile: Profile) -> Iterator[Fault]:
    """The network policy admits clients outside of the cluster, and they need no password.

    Addresses are shared and can be forged, so a network does not identify a client. A client that connects can read,
    change and delete all data, and can make the server a replica of any machine.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    networkPolicy:
      enabled: true
      clients:
        - cidr: 10.0.0.0/8
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: password
    networkPolicy:
      enabled: true
      clients:
        - cidr: 10.0.0.0/8
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/.
    """
    policy = profile.network_policy
    if credentials.enabled(profile) or not policy.enabled:
        return
    for index, peer in enumerate(policy.clients):
        if peer.cidr:
            yield Fault(
                path=("networkPolicy", "clients", index, "cidr"),
                fact=f"any client with an address of {peer.cidr} may do everything: there is no password",
                fix="set auth.mode to acl or password",
            )


@rule("RM167", Severity.WARNING)
def auth_setting_without_effect(profile: Profile) -> Iterator[Fault]:
    """A setting for passwords or accounts has no effect in this mode.

    The server then refuses an application whose account does not exist, or admits every client although a password was
    expected.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      users:
        - {name: shop, keys: ["shop:*"], commands: [+@read]}
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
    auth = profile.auth
    unused = []
    if auth.mode != "acl" and auth.users:
        unused.append(("users", "accounts are there with mode acl only"))
    if auth.mode == "none":
        unused += [
            (key, "no one logs in with mode none")
            for key, value in (
                ("externalSecret", auth.external_secret),
                ("sealedSecret", auth.sealed_secret),
                ("revision", auth.revision),
            )
            if value
        ]
    for key, fact in unused:
        yield Fault(path=("auth", key), fact=fact, fix=f"set auth.mode, or leave {key} out", at_key=True)


@rule("RM171", Severity.ERROR, waivable=False)
def nobody_may_log_in(profile: Profile) -> Iterator[Fault]:
    """In mode password the only user is switched off: no client can log in, replicas and Sentinels included.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: password
      defaultUser: false
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      defaultUser: false
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ (the default user).
    """
    if profile.auth.mode == "password" and not profile.auth.default_user:
        yield Fault(
            path=("auth", "defaultUser"),
            fact="mode password is the default user with a password, and it is off",
            fix="set mode to acl, or leave defaultUser out",
        )


@rule("RM172", Severity.WARNING)
def default_user_beside_accounts(profile: Profile) -> Iterator[Fault]:
    """Every part has an account with the least rights, and the default user is on with all of them.

    The default user serves clients that cannot send a name, or are not changed yet. It has every right, and its
    commands cannot be traced to an application. Switch it off when the last client has an account.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      defaultUser: true
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ (the default user).
    """
    if profile.auth.mode == "acl" and profile.auth.default_user:
        yield Fault(
            path=("auth", "defaultUser"),
            fact="any client with this one password may do everything",
            fix="give each client an account, and leave defaultUser out",
        )


@rule("RM173", Severity.ERROR, waivable=False)
def two_sources_of_one_secret(profile: Profile) -> Iterator[Fault]:
    """An ExternalSecret and a SealedSecret would create the same Secret, and overwrite each other.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: password
      externalSecret: {store: vault, remoteKey: shop/redis}
      sealedSecret: redis-auth.yaml
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: password
      externalSecret: {store: vault, remoteKey: shop/redis}
    ```
    Source: https://external-secrets.io/latest/guides/ownership-deletion-policy/; docs/auth.md.
    """
    if profile.auth.external_secret is not None and profile.auth.sealed_secret is not None:
        yield Fault(
            path=("auth", "sealedSecret"),
            fact=f"an ExternalSecret makes {profile.auth.secret_name} already",
            fix="leave one of the two out",
        )
