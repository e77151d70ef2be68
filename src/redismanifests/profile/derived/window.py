"""Window: what half a fault costs of acknowledged writes, for `plan`; docs/design.md has the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.backup.segments import segments_of
from redismanifests.profile.derived.recovery import LAG_CHECK_MS, OVERLAP_MS, lease_ms

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile


class Window(NamedTuple):
    """An event, and which acknowledged writes it costs."""

    event: str
    lost: str


def windows(profile: Profile) -> tuple[Window, ...]:
    """What half a fault costs (docs/design.md); what a death costs is nothing, but for a write on its way."""
    needed = profile.redis.min_replicas_to_write
    lag = profile.redis.min_replicas_max_lag.milliseconds + LAG_CHECK_MS
    every = needed >= profile.redis.replicas - 1
    return (
        Window(f"silent for more than {_s(lease_ms(profile.sentinel.down_after.milliseconds))}", "none"),
        Window(
            "stopped as long with its whole pod or node",
            "none" if every else "of the milliseconds as it goes on",
        ),
        Window("cut off from the Sentinels only", "none" if every else f"of the last {_s(OVERLAP_MS)}"),
        Window(
            "cut off together with an application",
            f"of the first {_s(lag)}" if needed else "all, until it is back",
        ),
        Window(
            "cut off from its replicas only",
            f"none: it refuses writes after {_s(lag)}, without a failover"
            if needed
            else "none, unless it is lost then",
        ),
        *_destroyed(profile),
    )


def _destroyed(profile: Profile) -> tuple[Window, ...]:
    segments = segments_of(profile)
    if segments is None:
        return ()
    every, kept = _s(segments.every.milliseconds), segments.keep
    return (
        Window("lost with every volume", f"of the last {every} and an upload"),
        Window("emptied by a client (FLUSHALL)", f"of its second; segments go back {kept}"),
    )


def _s(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g} s"
