"""Auth door: rules about the ways in as a whole: open, shut for everybody, or set up twice.

What must not come in: the settings themselves (features/auth.py), rules about one account (features/auth_user.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.facts import credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile


@rule("RM163", Severity.WARNING)
def outside_clients_without_password(profile: Profile) -> Iterator[Fault]:
    """Clients outside of the cluster are let through the network policy, and nobody asks them for a password.

    Addresses are easily shared and easily pretended: a network is no proof of who is there. Whoever comes through can
    read, change and delete everything, and make the server a replica of a machine of his own.

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
                fact=f"whoever has an address of {peer.cidr} may do everything: there is no password",
                fix="set auth.mode to acl or password",
            )


@rule("RM167", Severity.WARNING)
def auth_setting_without_effect(profile: Profile) -> Iterator[Fault]:
    """Something is set for passwords or accounts that the mode does not have, so it is not there.

    An application that was given an account is then refused, or everybody is let in where somebody believed in a
    password.

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
            (key, "nobody logs in with mode none")
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
    """With one password for everybody, the one user there is may not log in: nobody could, our own parts neither.

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

    It is a door for clients that cannot send a name, or have not been changed yet. What comes through it is in nobody's
    name, and may do everything; close it when the last client has an account.

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
            fact="whoever has this one password may do everything",
            fix="give each client an account, and leave defaultUser out",
        )


@rule("RM173", Severity.ERROR, waivable=False)
def two_sources_of_one_secret(profile: Profile) -> Iterator[Fault]:
    """An ExternalSecret and a SealedSecret would make the same Secret, and each overwrite what the other wrote.

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


FEATURE = Feature(
    "auth_door",
    rules=(
        outside_clients_without_password,
        auth_setting_without_effect,
        nobody_may_log_in,
        default_user_beside_accounts,
        two_sources_of_one_secret,
    ),
)
