"""Sabotage: guards that are taken out, and what the explorer must find then."""

from __future__ import annotations

from dataclasses import dataclass

from .state import Guards


@dataclass(frozen=True)
class Sabotage:
    """One guard out; ``trouble`` begins what is found within ``budget`` of these faults."""

    name: str
    guards: Guards
    faults: tuple[str, ...]
    budget: int
    trouble: str
    prefix: tuple[str, ...] = ()
    """Moves that are taken first, where there are too many ways to the place."""


_LOST = "an acknowledged write is lost"
_EMPTY = "leads with nothing"
_STUCK = "neither whole nor is a person called"

SABOTAGES = (
    Sabotage(
        "files that this configuration does not load count as data",
        Guards(form_is_known=False),
        ("power", "form"),
        2,
        "leads with nothing",
    ),
    Sabotage("no fence", Guards(fence=None), ("hang",), 1, _LOST),
    Sabotage(
        "waits by the wall clock",
        Guards(uptime=False),
        ("power", "volume", "clock"),
        3,
        _EMPTY,
        ("power", "sentinel back", "sentinel back", "sentinels start", "volume 1 lost", "back 1"),
    ),
    Sabotage("a hook with an old list goes on", Guards(hook_follows=False), ("old-list", "delete"), 2, _LOST),
    Sabotage(
        "files that cannot be loaded count as data",
        Guards(damage_is_known=False),
        ("crash", "damage"),
        2,
        _STUCK,
    ),
    Sabotage(
        "a master that comes back early does not wait for the promotion of its replica",
        Guards(redis={'if (some(live) != "") return stay(limit': "if (0) return stay(limit"}),
        ("node",),
        1,
        _LOST,
    ),
    Sabotage(
        "an empty volume that the Sentinels name leads",
        Guards(
            redis={
                'if (volume == "data") return say("master", answers': 'if (1) return say("master", answers'
            }
        ),
        ("power", "volume"),
        2,
        _EMPTY,
    ),
    Sabotage(
        "an empty replica does not wait for members with data",
        Guards(redis={"return holders > 0 || (storage": "return 0 && (storage"}),
        ("power", "volume"),
        2,
        _EMPTY,
    ),
    Sabotage(
        "a Sentinel does not wait where an empty replica could be promoted",
        Guards(sentinel={"if (empties && ": "if (0 && "}),
        ("power", "volume"),
        2,
        _EMPTY,
    ),
    Sabotage(
        "a Sentinel believes the leader of a failover",
        Guards(sentinel={"{ leads++; return }": "{ leads++ }"}),
        ("power", "sentinel"),
        2,
        _STUCK,
    ),
)
