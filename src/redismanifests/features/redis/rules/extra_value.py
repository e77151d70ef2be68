"""Extra value: rules about extra lines of redis.conf whose value stops the server, or gives others access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived.configuration import lines
from redismanifests.profile.formulas.configuration import directive, directive_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM220", Severity.ERROR, waivable=False)
def invalid_directive_value(profile: Profile) -> Iterator[Fault]:
    """The server refuses the value of a line, and exits at once: every pod crash-loops.

    Types and ranges were read from running servers. A version that was not tried is judged by the newest one before it.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - hz fast
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - hz 20
    ```
    Source: config.c, loadServerConfigFromString; https://redis.io/docs/latest/operate/oss_and_stack/management/config/.
    """
    for path, name, words in lines(profile):
        unknown = directive.version_without(name, profile.engine, profile.redis.image) is not None
        refused = (
            None if unknown else directive_value.refusal(name, words, profile.engine, profile.redis.image)
        )
        if refused is not None:
            yield Fault(path, f"{refused.fact}: the server exits", refused.fix)


@rule("RM221", Severity.ERROR, waivable=False)
def lines_from_elsewhere(profile: Profile) -> Iterator[Fault]:
    """A line loads something that no rule can judge: another file of lines, or code.

    A file on the volume may contain any directive, such as an account without a password, and is read at every start.
    The images of Redis 8 load their modules themselves.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - include /data/more.conf
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - hz 20
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/; config.c.
    """
    for path, name, _ in lines(profile):
        if name in ("include", "loadmodule"):
            fix = "write the lines here" if name == "include" else "use an image that loads it"
            yield Fault(path, f"{name} loads something that cannot be checked", fix)


@rule("RM222", Severity.ERROR, waivable=False)
def account_in_a_line(profile: Profile) -> Iterator[Fault]:
    """An account is written as a line of redis.conf, outside of the accounts in the profile.

    `user NAME on nopass ~* &* +@all` gives every client full access, with any auth.mode. Members and probes log in as
    the rendered accounts, and these must not be changed here.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - user guest on nopass ~* &* +@all
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: acl
      users:
        - {name: guest, keys: ["shop:*"], commands: [+@read]}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/; acl.c.
    """
    for path, name, _ in lines(profile):
        if name == "user":
            yield Fault(path, "the account is not in auth.users", "set auth.mode and auth.users instead")
