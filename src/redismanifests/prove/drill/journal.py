"""Journal: parses the output of the measuring pod: writes, reads, and role changes of the members.

Times in it are seconds since the pod's node started; adding ``offset`` gives seconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from redismanifests.errors import TIMED_OUT
from redismanifests.prove.result import outage
from redismanifests.prove.result.drill import Role, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Seen:
    """What a member said at a moment (seconds since the node started)."""

    at: float
    pod: str
    role: Role
    master: str = ""
    """Whom it names: a replica its master, a Sentinel the master."""
    known: tuple[int, int] = (0, 0)
    """A Sentinel: replicas and other Sentinels that it knows; a master: replicas that are attached, 0."""
    flags: str = ""


@dataclass(slots=True)
class Journal:
    """All of it so far; `take` reads one line more."""

    redis: tuple[str, ...]
    sentinels: tuple[str, ...]
    offset: float = float("inf")
    """Seconds since 1970 when the node started: the least delay of a line that was seen."""
    acknowledged: list[tuple[float, int]] = field(default_factory=list)
    refused: list[tuple[float, str]] = field(default_factory=list)
    reads: list[tuple[float, str]] = field(default_factory=list)
    """Moment, and why it was not answered; empty where it was."""
    seen: list[Seen] = field(default_factory=list)
    found: set[int] = field(default_factory=set)
    not_looked_up: str = ""
    done: bool = False

    def take(self, line: str, arrived: float | None = None) -> None:
        """Read a line; what is none of the pod's own is passed over."""
        kind, _, rest = line.partition(" ")
        moment, _, rest = rest.partition(" ")
        try:
            at = float(moment)
        except ValueError:
            return
        if arrived is not None:
            self.offset = min(self.offset, arrived - at)
        if kind == "W":
            self.acknowledged.append((at, int(rest)))
        elif kind == "F":
            self.refused.append((at, rest.partition(" ")[2]))
        elif kind in ("R", "r"):
            self.reads.append((at, rest if kind == "r" else ""))
        elif kind == "T":
            self._member(at, rest)
        elif kind == "L":
            self.found.update(int(number) for number in rest.split() if number.isdigit())
        elif kind == "X":
            # Without an answer there is no reason either.
            self.not_looked_up = rest.rstrip().removesuffix(":")
        elif kind == "D":
            self.done = True

    def _member(self, at: float, rest: str) -> None:
        pod, code, *words = rest.split() or [""]
        if pod in self.redis:
            self.seen.append(_redis(at, pod, int(code), words))
        elif pod in self.sentinels:
            self.seen.append(_sentinel(at, pod, int(code), words))

    @property
    def lost(self) -> tuple[int, ...]:
        """Acknowledged writes that were not there at the end."""
        return tuple(number for _, number in self.acknowledged if number not in self.found)

    def moment(self, at: float) -> float:
        """Seconds since 1970."""
        return at + self.offset

    def resolution_s(self) -> float:
        """How far two acknowledged writes are apart where nothing is wrong."""
        gaps = [after - before for (before, _), (after, _) in pairwise(self.acknowledged)]
        return median(gaps) if gaps else float("inf")

    def _gaps(self) -> list[outage.Gap]:
        return outage.gaps([self.moment(at) for at, _ in self.acknowledged])

    def pauses(self, since: float) -> tuple[outage.Gap, ...]:
        """Every time over a quarter of a second without an acknowledged write, from ``since`` (1970) on."""
        return outage.pauses(self._gaps(), since)

    def outage_s(self, since: float) -> float | None:
        """The longest time between two acknowledged writes that ended after ``since``; None if none came again."""
        return outage.longest_s(self._gaps(), since)

    def reads_failed_s(self, since: float) -> float:
        """The longest time without an answered read, the one that was still going on at the last try among them."""
        good = [self.moment(at) for at, problem in self.reads if not problem]
        last = self.moment(self.reads[-1][0]) if self.reads else None
        return outage.longest_s(outage.gaps(good, last), since) or 0.0

    def agreeing_since(self) -> tuple[float, str] | None:
        """Since when (1970) all agree, and the master's pod; None where they do not, at the end of the journal."""
        latest: dict[str, Seen] = {}
        since: float | None = None
        master = ""
        for each in self.seen:
            latest[each.pod] = each
            now = self._agreed(latest)
            if not now:
                since = None
            elif since is None or now != master:
                since, master = each.at, now
        return None if since is None else (self.moment(since), master)

    def _agreed(self, latest: dict[str, Seen]) -> str:
        """The pod that all Sentinels name as master; empty if they do not agree."""
        redis = [latest.get(pod) for pod in self.redis]
        sentinels = [latest.get(pod) for pod in self.sentinels]
        masters = [each.pod for each in redis if each and each.role is Role.MASTER]
        replicas = [each for each in redis if each and each.role is Role.REPLICA]
        views = [each for each in sentinels if each and each.role is Role.SENTINEL]
        whole = len(masters) == 1 and len(replicas) == len(redis) - 1 and len(views) == len(sentinels)
        named = {each.master for each in (*views, *replicas)}
        knows = (len(redis) - 1, len(sentinels) - 1)
        trusted = all(each.flags == "master" and each.known == knows for each in views)
        return masters[0] if whole and len(named) == 1 and trusted else ""

    def turns(self) -> tuple[Turn, ...]:
        """Each pod's changes of role."""
        found: list[Turn] = []
        last: dict[str, Role] = {}
        for each in self.seen:
            if last.get(each.pod) is not each.role:
                last[each.pod] = each.role
                found.append(Turn(self.moment(each.at), each.pod, each.role))
        return tuple(sorted(found, key=lambda turn: turn.at))


def _redis(at: float, pod: str, code: int, words: list[str]) -> Seen:
    # ROLE: master OFFSET {HOST PORT OFFSET}..., or slave HOST PORT STATE OFFSET
    if code == 0 and words[:1] == ["master"]:
        return Seen(at, pod, Role.MASTER, known=((len(words) - 2) // 3, 0))
    if code == 0 and words[:1] == ["slave"] and len(words) >= 4:
        attached = words[3] == "connected"
        return Seen(at, pod, Role.REPLICA if attached else Role.DETACHED, words[1])
    return Seen(at, pod, _silent(code, words))


def _sentinel(at: float, pod: str, code: int, words: list[str]) -> Seen:
    def field(name: str) -> str:
        return words[words.index(name) + 1]

    # Not in pairs: right after a failover the new master's runid is empty, and no word at all.
    try:
        known = (int(field("num-slaves")), int(field("num-other-sentinels")))
        return Seen(at, pod, Role.SENTINEL, field("ip"), known, field("flags"))
    except (ValueError, IndexError):
        return Seen(at, pod, _silent(code, words))


def _silent(code: int, words: Iterable[str]) -> Role:
    said = " ".join(words)
    if "LOADING" in said:
        return Role.LOADING
    if code == TIMED_OUT:
        return Role.SILENT
    return Role.GONE if "Name or service not known" in said or "Name does not resolve" in said else Role.DOWN
