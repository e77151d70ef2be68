"""Laws of redis-fence-decide.sh, over random courses of what a pod hears, in both kinds of awk."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest

from .conftest import AWKS, SCRIPTS, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

A, B, C = MEMBERS = ("10.96.0.10", "10.96.0.11", "10.96.0.12")
STRANGER = "10.96.9.99"
SENTINELS = ("s0", "s1", "s2")
LEASE, QUORUM, MAJORITY = 5.0, 2, 2
SILENT_AFTER = 2.5
STEP = 0.5
"""Between two moments of a course."""
UNATTENDED = 6
"""For so many moments nobody is at a failover, until a replica asks."""
ASTRAY = 4
"""For so many moments a replica follows another one than the master, until it moves."""


@dataclass(frozen=True)
class Answer:
    """What one Sentinel says: whom it names, at which epoch, since when a ping is unanswered, is it at a failover."""

    names: str
    epoch: int
    unanswered: float
    leads: bool = False


@dataclass(frozen=True)
class Moment:
    """What is heard at once: of oneself and of each Sentinel an answer, or nothing.

    Of oneself it is `master N`, with so many replicas, or `replica ADDRESS`, of which
    the address may be left out.
    """

    own: str
    answers: tuple[Answer | None, ...]
    sleeps: float = 0.0
    """How long this pod did not run before it."""


HEALTHY = Moment("master 2", (Answer(A, 3, 0.0),) * 3)


@dataclass(frozen=True)
class Action:
    """An action, and after which moment it came."""

    moment: int
    kind: str
    reason: str


def lines(course: Sequence[Moment]) -> tuple[str, list[float]]:
    """The course as the fence writes it, with a mark after each moment, and when each was."""
    text = [f"self {A}", "sentinels 3", *(f"member {each}" for each in MEMBERS)]
    now, times = 100.0, []
    for moment in course:
        now += STEP + moment.sleeps
        times.append(now)
        if moment.own:
            role, _, rest = moment.own.partition(" ")
            said = [f"role:{'master' if role == 'master' else 'slave'}"]
            if role == "replica":
                said += [f"master_host:{rest}\r"] if rest else []
            else:
                said += [
                    f"slave{n}:ip=10.0.0.{n},port=6379,state=online,offset=7,lag=0" for n in range(int(rest))
                ]
            text += [f"own {now:.2f} {line}" for line in (*said, "repl_backlog_histlen:7")]
        for who, answer in zip(SENTINELS, moment.answers, strict=True):
            if answer:
                text.append(f"sentinel {who} {now:.2f} {csv(answer)}")
        text.append(f"tick {now:.2f}")
    return "\n".join(text) + "\n", times


def csv(answer: Answer) -> str:
    words = {
        "name": "mymaster",
        "ip": answer.names,
        "port": "6379",
        "flags": ("s_down,master" if answer.unanswered >= LEASE else "master")
        + ",failover_in_progress" * answer.leads,
        "last-ping-sent": str(int(answer.unanswered * 1000)),
        "last-ok-ping-reply": str(int(answer.unanswered * 1000) + 700),
        "down-after-milliseconds": str(int(LEASE * 1000)),
        "config-epoch": str(answer.epoch),
        "quorum": str(QUORUM),
    }
    return ",".join(f'"{key}","{value}"' for key, value in words.items())


@cache
def program() -> str:
    show = '. "$1"; printf %s "$REDIS_FENCE_DECIDE"'
    return subprocess.run(
        ["sh", "-c", show, "sh", SCRIPTS / "redis-fence-decide.sh"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def actions(kind: str, course: Sequence[Moment]) -> list[Action]:
    """What is done in a course."""
    return decided(kind, [course])[0]


def decided(kind: str, courses: Sequence[Sequence[Moment]]) -> list[list[Action]]:
    """What is done in each of several courses, all in one process of the given awk."""
    require(AWKS[kind][0])
    # Marks after each moment tell which one an action belongs to.
    marked = "".join(
        f"{line}\n" + ("mark\n" if line.startswith("tick") else "")
        for course in courses
        for line in lines(course)[0].splitlines()
    )
    command = [*AWKS[kind], program() + '$1 == "mark" { print "mark" }']
    done = subprocess.run(command, input=marked, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    said = iter(done.stdout.splitlines())
    return [list(_of_course(course, said)) for course in courses]


def _of_course(course: Sequence[Moment], said: Iterator[str]) -> Iterator[Action]:
    for moment in range(len(course)):
        while (line := next(said)) != "mark":
            word, _, reason = line.partition(" ")
            yield Action(moment, word, reason)


def _random_answer(chance: Random) -> Answer | None:
    if chance.random() < 0.2:
        return None
    return Answer(
        chance.choice((A, A, A, B, B, C, STRANGER)),
        chance.randint(2, 5),
        chance.choice((0.0, 0.0, 0.4, 1.5, 3.0, 4.0, 6.0)),
        chance.random() < 0.1,
    )


def _random_moment(chance: Random) -> Moment:
    if chance.random() < 0.4:
        return HEALTHY
    # Often they agree, or nothing would ever be done.
    answers = [_random_answer(chance) for _ in SENTINELS]
    if chance.random() < 0.6:
        answers = [answers[0] and replace(answers[0]) if chance.random() < 0.8 else each for each in answers]
    own = chance.choice(("", "master 2", "master 2", "master 1", "master 0", f"replica {B}", f"replica {C}"))
    return Moment(own, tuple(answers), chance.choice((0.0,) * 8 + (2.0, 6.0)))


@cache
def courses() -> list[tuple[Moment, ...]]:
    chance = Random(198)
    return [tuple(_random_course(chance)) for _ in range(1500)]


def _random_course(chance: Random) -> Iterator[Moment]:
    """Most of it changes at every moment, and some of it lasts as long as anything waits for."""
    for _ in range(chance.randint(1, 14)):
        moment = _random_moment(chance)
        yield from [moment] * (chance.choice((1, UNATTENDED + 1)) if moment.own.startswith("replica") else 1)


@cache
def all_decided(kind: str) -> list[list[Action]]:
    return decided(kind, courses())


def done_by(kind: str, action: str) -> Iterator[tuple[tuple[Moment, ...], Action]]:
    """Each action of that kind in all courses; a law about none says nothing."""
    found = [
        (course, each)
        for course, done in zip(courses(), all_decided(kind), strict=True)
        for each in done
        if each.kind == action
    ]
    assert len(found) > 10
    yield from found


class Past:
    """What was so at a moment of a course, derived a second time and in another way than in the script."""

    def __init__(self, course: Sequence[Moment], moment: int) -> None:
        _, times = lines(course)
        self.now = times[moment]
        self.role, self.replicas, self.armed, self.follows = "", 0, -1, ""
        heard: dict[int, tuple[float, Answer]] = {}
        for number in range(moment + 1):
            role, _, rest = course[number].own.partition(" ")
            if role and role != self.role:
                self.role, self.armed = role, -1
            if role:
                self.replicas = int(rest or 0) if role == "master" else 0
                self.follows = rest if role == "replica" else ""
            self.least = len(SENTINELS)
            for who, answer in enumerate(course[number].answers):
                if answer:
                    heard[who] = (times[number], answer)
                self.heard = [said for at, said in heard.values() if times[number] - at <= SILENT_AFTER]
                self.least = min(self.least, len(self.heard))
                top = max((said.epoch for said in self.heard), default=-1)
                votes = [said.names for said in self.heard if said.epoch == top]
                if self.role == "master" and votes.count(A) >= MAJORITY:
                    self.armed = top


def pasts(course: Sequence[Moment], moment: int) -> list[Past]:
    """At a moment's end and at the one before: within a moment Sentinels are heard one after the other."""
    return [Past(course, each) for each in (moment, moment - 1) if each >= 0]


@pytest.fixture(params=AWKS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("action", ["hold", "end", "follow", "look"])
def test_only_a_master_that_a_majority_has_named_is_fenced(kind: str, action: str) -> None:
    for course, each in done_by(kind, action):
        assert Past(course, each.moment).role == "master"
        assert any(past.armed >= 0 for past in pasts(course, each.moment))


def test_nobody_is_followed_but_a_member_that_a_majority_names_at_a_higher_epoch(kind: str) -> None:
    for course, each in done_by(kind, "follow"):
        followed = each.reason.split()[0]
        assert followed in (B, C)
        heard = [past.heard for past in pasts(course, each.moment)]
        assert max(sum(said.names == followed for said in some) for some in heard) >= 1
        mine = int(each.reason.partition(", mine was ")[2])
        assert mine < int(each.reason.partition(", epoch ")[2].partition(",")[0])


@pytest.mark.parametrize("action", ["hold", "end"])
def test_a_master_that_nobody_could_replace_is_left_alone(kind: str, action: str) -> None:
    for course, each in done_by(kind, action):
        assert Past(course, each.moment).replicas > 0


def test_writes_are_held_only_while_a_quorum_waits_for_an_answer(kind: str) -> None:
    for course, each in done_by(kind, "hold"):
        heard = [said for past in pasts(course, each.moment) for said in past.heard]
        assert sum(said.names == A and said.unanswered >= 1 for said in heard) >= QUORUM


def test_a_server_is_ended_without_a_question_only_after_this_pod_slept(kind: str) -> None:
    for course, each in done_by(kind, "end"):
        assert course[each.moment].sleeps >= LEASE - 1


def test_the_others_are_asked_only_when_a_replica_has_left_and_too_few_sentinels_are_heard(kind: str) -> None:
    for course, each in done_by(kind, "look"):
        assert Past(course, each.moment).least < MAJORITY
        had = [Past(course, moment).replicas for moment in range(each.moment)]
        assert Past(course, each.moment).replicas < max(had)


def test_only_a_replica_asks_and_only_when_a_majority_has_been_at_nothing_long_enough(kind: str) -> None:
    for course, each in done_by(kind, "ask"):
        assert Past(course, each.moment).role == "replica"
        times = lines(course)[1]
        # Within a moment the Sentinels are heard one after the other.
        since = times[each.moment] - (UNATTENDED - 1) * STEP
        for moment in range(each.moment):
            if times[moment] < since:
                continue
            heard = Past(course, moment).heard
            down = [said.names for said in heard if said.unanswered >= LEASE]
            assert max(down.count(other) for other in (B, C, STRANGER)) >= MAJORITY
            assert not any(said.leads for said in heard)


def test_a_replica_asks_while_the_sentinels_wait_with_its_master_down(kind: str) -> None:
    """As after a first attempt that found no replica to promote: they would wait for twice failover-timeout."""
    down = Moment("replica", (Answer(B, 3, 6.0),) * 3)
    done = actions(kind, [*[Moment("replica", (Answer(B, 3, 0.0),) * 3)] * 8, *[down] * 21])
    assert {each.kind for each in done} == {"ask"}
    asked = [each.moment - 8 for each in done]
    assert asked[0] == UNATTENDED
    assert all(later - before >= UNATTENDED for before, later in pairwise(asked))


@pytest.mark.parametrize(
    "answers",
    [
        (Answer(B, 3, 6.0), Answer(B, 3, 6.0), Answer(B, 4, 6.0, leads=True)),
        (Answer(B, 3, 6.0), Answer(B, 3, 0.0), None),
        (Answer(B, 3, 6.0), Answer(C, 3, 6.0), None),
        (Answer(B, 3, 6.0), Answer(B, 3, 6.0), Answer(C, 4, 0.0)),
        (Answer(A, 3, 6.0),) * 3,
        (None,) * 3,
    ],
    ids=("one is at it", "one is content", "two masters", "a newer one", "myself", "silence"),
)
def test_a_replica_asks_for_nothing_else(kind: str, answers: tuple[Answer | None, ...]) -> None:
    assert not actions(kind, [Moment("replica", answers)] * 30)


def test_only_a_replica_is_moved_and_only_to_a_member_that_a_majority_names_for_long_enough(
    kind: str,
) -> None:
    for course, each in done_by(kind, "attach"):
        to, times = each.reason.split()[0], lines(course)[1]
        assert to in (B, C)
        since = times[each.moment] - (ASTRAY - 1) * STEP
        for moment in range(each.moment):
            if times[moment] < since:
                continue
            past = Past(course, moment)
            assert past.role == "replica"
            assert past.follows != to
            assert sum(said.names == to for said in past.heard) >= MAJORITY


def test_a_replica_that_started_in_the_middle_of_a_failover_moves_to_the_new_master(kind: str) -> None:
    """It was loading, and refused: the Sentinel that leads names the former master, until failover-timeout."""
    led = Moment(f"replica {C}", (Answer(C, 3, 6.0), Answer(C, 3, 6.0), Answer(C, 4, 6.0, leads=True)))
    told = Moment(f"replica {C}", (Answer(B, 4, 0.0), Answer(B, 4, 0.0), Answer(C, 4, 0.0, leads=True)))
    done = actions(kind, [*[led] * 8, *[told] * 21])
    assert {each.kind for each in done} == {"attach"}
    assert all(each.reason.startswith(f"{B} 2 of 3 ") for each in done)
    moved = [each.moment - 8 for each in done]
    assert moved[0] == ASTRAY
    assert all(later - before >= ASTRAY for before, later in pairwise(moved))
    after = [Moment(f"replica {B}", (Answer(B, 4, 0.0),) * 3)] * 20
    assert not actions(kind, after)


@pytest.mark.parametrize(
    "answers",
    [
        (Answer(B, 4, 6.0), Answer(B, 4, 0.0), Answer(B, 4, 0.0)),
        (Answer(B, 4, 0.0), None, None),
        (Answer(B, 4, 0.0), Answer(B, 3, 0.0), Answer(C, 3, 0.0)),
        (Answer(A, 4, 0.0),) * 3,
        (Answer(STRANGER, 4, 0.0),) * 3,
        (Answer(C, 4, 0.0),) * 3,
    ],
    ids=(
        "one holds it for down",
        "one is heard",
        "not agreed",
        "myself",
        "a stranger",
        "mine",
    ),
)
def test_a_replica_moves_for_nothing_else(kind: str, answers: tuple[Answer | None, ...]) -> None:
    assert not actions(kind, [Moment(f"replica {C}", answers)] * 30)


def test_every_awk_decides_alike() -> None:
    mawk, busybox = (all_decided(each) for each in AWKS)
    assert mawk == busybox


def hang(first_ping: float, seconds: float, own: str = "") -> list[Moment]:
    """From the last answer on: each Sentinel's ping goes unanswered, the first after so long, the others later."""
    return [
        Moment(own, tuple(Answer(A, 3, max(0.0, n * STEP - first_ping - who * 0.3)) for who in range(3)))
        for n in range(1, int(seconds / STEP))
    ]


@pytest.mark.parametrize("own", ["", "master 2"])
@pytest.mark.parametrize("first_ping", [0.0, 0.3, 0.6, 0.9])
def test_writes_are_held_before_the_second_sentinel_takes_the_master_for_down(
    kind: str, first_ping: float, own: str
) -> None:
    """Whether the server hangs, or answers everybody but them."""
    course = [*[HEALTHY] * 8, *hang(first_ping, 8, own)]
    held = [each for each in actions(kind, course) if each.kind == "hold"]
    down_at = first_ping + 0.3 + LEASE
    assert (held[0].moment - 7) * STEP <= down_at - 0.3
    # It is renewed for as long as it is so.
    assert held[-1].moment == len(course) - 1


@pytest.mark.parametrize("seconds", [1.0, 2.0, 3.0])
def test_a_hang_that_no_sentinel_acts_on_holds_nothing(kind: str, seconds: float) -> None:
    assert not actions(kind, [*[HEALTHY] * 8, *hang(0.0, seconds + STEP), *[HEALTHY] * 8])


@pytest.mark.parametrize("own", ["", "master 2"])
def test_sentinels_that_are_dead_stop_nobody(kind: str, own: str) -> None:
    assert not actions(kind, [*[HEALTHY] * 8, *[Moment(own, (None,) * 3)] * 40])
    alone = Moment(own, (Answer(A, 3, 6.0), None, None))
    assert not actions(kind, [*[HEALTHY] * 8, *[alone] * 40])


def test_a_replica_that_leaves_unheard_by_the_sentinels_may_have_been_promoted(kind: str) -> None:
    alone = (None,) * 3
    unheard = [*[HEALTHY] * 8, *[Moment("master 2", alone)] * 8]
    assert not actions(kind, unheard)
    done = actions(kind, [*unheard, *[Moment("master 1", alone)] * 3])
    assert {each.kind for each in done} == {"look"}
    assert done[0].moment == len(unheard)
    # Where they are heard, they say themselves who leads.
    assert not actions(kind, [*[HEALTHY] * 8, *[Moment("master 1", HEALTHY.answers)] * 8])


@pytest.mark.parametrize("slept", [4.3, 6.0, 600.0])
def test_a_pod_that_slept_ends_its_master_at_its_first_moment(kind: str, slept: float) -> None:
    done = actions(kind, [*[HEALTHY] * 8, Moment("", (None,) * 3, slept), *[HEALTHY] * 4])
    assert [(each.moment, each.kind) for each in done] == [(8, "end")]


def test_a_former_master_follows_as_soon_as_a_majority_names_another(kind: str) -> None:
    leads = Answer(B, 4, 0.0)
    course = [
        *[HEALTHY] * 8,
        Moment("master 2", (leads, Answer(A, 3, 0.0), Answer(A, 3, 0.0))),
        Moment("master 1", (leads, leads, Answer(A, 3, 0.0))),
        Moment("replica", (leads,) * 3),
        Moment("replica", (leads,) * 3),
    ]
    assert [(each.moment, each.kind) for each in actions(kind, course)] == [(9, "follow")]


def test_a_replica_that_was_just_promoted_does_not_follow_the_master_that_it_replaces(kind: str) -> None:
    """The Sentinels name it a second later."""
    before = Moment("replica", (Answer(B, 3, 6.0),) * 3)
    promoted = Moment("master 0", (Answer(B, 3, 7.0),) * 3)
    assert not actions(
        kind, [*[before] * 4, *[promoted] * 4, *[Moment("master 1", (Answer(A, 4, 0),) * 3)] * 4]
    )


def test_a_former_master_follows_a_replica_of_its_own_that_its_list_does_not_name(kind: str) -> None:
    """Three became five: the list of this pod is older than the replica that was promoted."""
    require(AWKS[kind][0])
    leads = Answer(STRANGER, 4, 0.0)
    course = [*[HEALTHY] * 8, *[Moment("master 2", (leads,) * 3)] * 2]

    def done(text: str) -> str:
        command = [*AWKS[kind], program()]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout

    assert "follow" not in done(lines(course)[0])
    assert done(lines(course)[0].replace("10.0.0.1,", f"{STRANGER},")).startswith(f"follow {STRANGER} ")
