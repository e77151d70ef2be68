"""Cut: makes the new deployment the one that takes writes, or the old one again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.errors import RedismanifestsError
from redismanifests.profile.formulas.votes import majority
from redismanifests.prove.moving.sides import Facts, Phase, facts, obstacles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redismanifests.profile.model import Profile
    from redismanifests.prove.moving.pod import FirstPod

    Say = Callable[[str], object]

MARGIN_S = 20.0
"""On top of the pause: how long the pod may take for its steps."""
NAMED_LIMIT_S = 90.0
"""How long the Sentinels may take to start and to name the new master: a pod's back-off is not in it."""
_POLL_S = 0.5
_SETTLED = 4
"""Answers in a row that name another member, before that is the result: one may be of a failover under way."""
_WORDS = 4
_BY_HAND = (
    "scale both StatefulSets to 0, delete their claims, scale up again: it then follows the old master again "
    "(docs/moving.md, Back)"
)


class Cut(NamedTuple):
    """A cut that was done."""

    pause_ms: int
    """From the first held write to the answer of the last step; 0 where an earlier cut was completed."""
    master: str
    """Address of the new master."""


class UnfinishedError(RedismanifestsError):
    """Something was done, and not all of it."""

    exit_code = 1


def cut(pod: FirstPod, profile: Profile, pause_ms: int, say: Say) -> Cut:
    """Cut the new deployment off from the old master, or complete a cut that was killed.

    Raises RedismanifestsError if nothing was done, UnfinishedError if it was begun and is not complete.
    """
    found = facts(pod, profile)
    took = 0
    if found.promoted and found.own and found.own.role == "master":
        _complete(pod, profile, found, say)
    elif found.phase is Phase.BROKEN_OFF:
        _complete_after_failover(pod, found, say)
    else:
        reasons = obstacles(found, profile.redis.replicas)
        if found.phase is Phase.OVER:
            reasons = ("the first pod follows another member: this deployment was cut off before",)
        if reasons:
            raise RedismanifestsError(
                f"the cut was not begun: {'; '.join(reasons)}",
                "`redismanifests migrate status` shows both sides",
            )
        say(f"holding writes on {found.host} for at most {pause_ms} ms")
        took = _steps(pod, pause_ms, say)
    master = named(pod, profile, say)
    _refuse_failover(facts(pod, profile))
    # From here on a start of the first pod decides as always.
    _verb(pod, "over", say)
    return Cut(took, master)


def _steps(pod: FirstPod, pause_ms: int, say: Say) -> int:
    try:
        output = pod.run("cut", str(pause_ms), limit_s=pause_ms / 1000 + MARGIN_S)
    except RedismanifestsError as error:
        raise UnfinishedError(
            f"the pod was lost during the cut, which goes on in it or is over: {error.fact}",
            "`redismanifests migrate status` shows how it ended; run the cut again",
        ) from error
    took, failed, promoted = 0, "", False
    for line in output.splitlines():
        word, _, text = line.partition(" ")
        promoted = promoted or word == "promoted"
        if word == "took":
            took = int(text)
        elif word == "failed":
            # What follows from the first one may fail as well.
            failed = failed or text
        else:
            say(text)
    if failed and promoted:
        raise UnfinishedError(
            f"this side is master, and {failed}", "run `redismanifests migrate cut` again at once"
        )
    if failed:
        raise UnfinishedError(
            f"the cut was given up: {failed}; the old side goes on",
            "find out why, and run it again; a longer --pause gives its steps more time",
        )
    return took


def _refuse_failover(found: Facts) -> None:
    """Raise UnfinishedError if the old side has promoted another member, which takes writes and refuses none."""
    if found.old and found.old.role == "slave":
        raise UnfinishedError(
            f"the old side has failed over: {found.host} follows {found.old.master} now, and what is written there is"
            " not here",
            f"name {found.old.master} in migration.from, and apply; {_BY_HAND}; cut with a --pause that is shorter than"
            " down-after of the old side's Sentinels",
        )


def _complete(pod: FirstPod, profile: Profile, found: Facts, say: Say) -> None:
    """Complete a cut that was killed after the promotion, where the old master took no write since."""
    if found.old is None:
        raise RedismanifestsError(
            f"the old master {found.host} does not answer: {found.trouble}",
            "make sure that it takes no write",
        )
    if found.phase is Phase.RETURNED:
        raise RedismanifestsError("the old side has its writes again", f"to follow it again, {_BY_HAND}")
    _refuse_failover(found)
    say("this side is master already: completing the cut")
    if not (found.refuses and found.same):
        if not found.refuses:
            _verb(pod, "refuse", say)
        found = facts(pod, profile)
        same = found.old_at_cut and found.old and found.old_at_cut.same_data(found.old.changes)
        if not same:
            _verb(pod, "lift", say)
            what = "took writes" if same is False else "may have taken writes"
            raise UnfinishedError(
                f"the old master {what} after this side was promoted, and they are not here; it takes writes again",
                f"run `redismanifests migrate back`, then {_BY_HAND}",
            )
        _verb(pod, "kept", say)
    _verb(pod, "unpause", say)
    _verb(pod, "settle", say)


def _complete_after_failover(pod: FirstPod, found: Facts, say: Say) -> None:
    """Complete a cut that was killed after the promotion, where the Sentinels have promoted another member since."""
    _refuse_failover(found)
    if not found.refuses:
        raise UnfinishedError(
            f"{found.host} takes writes, and they are not here: a cut was killed after this side was promoted, and a"
            " failover followed",
            f"the old side goes on; to follow it again, {_BY_HAND}",
        )
    if not found.same:
        same = found.old_at_cut and found.old and found.old_at_cut.same_data(found.old.changes)
        if not same:
            what = "took writes" if same is False else "may have taken writes"
            raise UnfinishedError(
                f"the old master {what} after this side was promoted, and they are not here; a failover followed, so"
                " both sides may have writes that the other lacks",
                "it refuses writes: copy what is missing by a tool (docs/moving.md, By a tool)",
            )
        _verb(pod, "kept", say)
    say("this side was cut off before, and a failover followed: completing the cut")
    _verb(pod, "unpause", say)


def named(
    pod: FirstPod, profile: Profile, say: Say, limit_s: float = NAMED_LIMIT_S, poll_s: float = _POLL_S
) -> str:
    """The master's address, as soon as a majority of the Sentinels names it; raises UnfinishedError.

    It is another member than the first pod where a failover followed at once: on a machine or in a network that is
    overloaded, the Sentinels may see the new master as down as soon as they start.
    """
    until = time.monotonic() + limit_s
    others: list[str] = []
    while True:
        count, master, own = _votes(pod.run("named").split())
        if master and count >= majority(profile.sentinel.replicas):
            if master == own:
                say(f"{count} of {profile.sentinel.replicas} Sentinels name {master}")
                return master
            others = [each for each in (*others, master) if each == master]
            if len(others) == _SETTLED:
                say(
                    f"{count} of {profile.sentinel.replicas} Sentinels name {master} by now: a failover followed the "
                    f"cut, and what {own} acknowledged between both may be lost"
                )
                return master
        else:
            others = []
        if time.monotonic() > until:
            answers = f"{count} of {profile.sentinel.replicas} answer"
            seen = f"{answers}, and name {master}" if master else answers
            raise UnfinishedError(
                f"the cut is done, and after {limit_s:g} s no majority of the Sentinels names the new master: {seen}",
                "look at the logs of the Sentinels; `redismanifests migrate cut` waits again",
            )
        time.sleep(poll_s)


def _votes(words: Sequence[str]) -> tuple[int, str, str]:
    """How many Sentinels answer, whom they name, and the address of the first pod, as the verb `named` prints them."""
    if len(words) != _WORDS or words[0] != "named":
        return 0, "", ""
    return int(words[1]), words[2].strip("-"), words[3]


def back(pod: FirstPod, profile: Profile, say: Say) -> str:
    """Let the old master take writes again; returns what a person does next.

    Raises RedismanifestsError if this side took a write since the cut, or that is not known.
    """
    found = facts(pod, profile)
    if found.old is None:
        raise RedismanifestsError(
            f"the old master {found.host} does not answer: {found.trouble}", "start it first"
        )
    if found.own is None or found.phase in (Phase.OVER, Phase.BROKEN_OFF):
        raise RedismanifestsError(
            "the first pod is not the master that the cut made, so it is unknown whether a write was taken here",
            "copy the data back by a tool, or stay (docs/moving.md, Back)",
        )
    if found.own.role == "slave":
        if found.refuses:
            _verb(pod, "lift", say)
        _verb(pod, "unpause", say)
        return "this side follows the old master, as before: nothing else is to be done"
    if not found.promoted:
        raise RedismanifestsError(
            "this side is master, and no cut made it one", "nothing: there is no way back"
        )
    if found.own_at_cut is None:
        raise RedismanifestsError(
            "the cut was killed while this side was promoted, so it is unknown whether a write was taken here",
            "run `redismanifests migrate cut`, which completes it or lets the old side go on",
        )
    # First of all: a write that came after the look would be lost.
    _verb(pod, "hold", say)
    now = facts(pod, profile)
    same = now.own and found.own_at_cut.same_data(now.own.changes)
    if not same:
        _verb(pod, "release", say)
        what = "has taken writes" if same is False else "has saved its data"
        raise RedismanifestsError(
            f"this side {what} since the cut: going back would lose what was written here",
            "copy the data back by a tool, or stay (docs/moving.md, Back)",
        )
    _verb(pod, "lift", say)
    _verb(pod, "unpause", say)
    _verb(pod, "returned", say)
    return f"this side holds what the old one had at the cut and refuses writes; {_BY_HAND}"


def _verb(pod: FirstPod, verb: str, say: Say) -> None:
    for line in pod.run(verb).splitlines():
        word, _, text = line.partition(" ")
        if word == "failed":
            raise UnfinishedError(text, "run the command again")
        say(text)
