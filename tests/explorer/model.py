"""Model: three Redis pods and three Sentinels around the real decision scripts, as small as shows the faults.

Time goes in steps of five seconds (down-after). Within a step everybody who has something to do does it once, in every
order, and faults, their ends and writes may come between any two of these. docs/explorer.md has what is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .faults import Faults
from .state import (
    ADDRESSES,
    ASKING,
    COLUMNS,
    HUNG,
    MASTER,
    NEVER,
    NOBODY,
    STALE_ROLE,
    STEP_S,
    UP,
    WRONG_ROLE,
    Pod,
    Sentinel,
    State,
    condensed,
    later,
    order,
    put,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Model(Faults):
    """The moves from a state, each with its name."""

    def moves(self, state: State) -> Iterator[tuple[str, State]]:
        """Everything that can happen next."""
        if state.trouble:
            return
        for moves in (self.acts, self.client, self.ends, self.breaks if state.budget else _none):
            for name, after in moves(state):
                yield name, condensed(after)

    def acts(self, state: State) -> Iterator[tuple[str, State]]:
        """What the system does by itself; time goes on when no one has anything left to do in this step."""
        waiting = False
        for number in range(3):
            if state.pending >> number & 1:
                waiting = True
                yield from self.deliberate(state._replace(pending=state.pending & ~(1 << number)), number)
        if state.pending & 8:
            waiting = True
            yield "sentinels start", self.start_sentinels(state._replace(pending=state.pending & ~8))
        for name, after in self.failover(state):
            waiting = True
            yield name, after
        for number, pod in enumerate(state.pods):
            if pod.paused and pod.state == UP and (state.stage == 0 or state.target != NOBODY):
                waiting = True
                yield from self.hand_over(state, number)
            if pod.state == UP and not state.stage and self.fenced(state, number).startswith("follow"):
                waiting = True
                named = ADDRESSES.index(self.fenced(state, number).split("follow ")[1].split()[0])
                follower = pod._replace(follows=named, last=named, link=NEVER, armed=-1, time=0, paused=False)
                yield f"fenced {number}", self.settled(put(state, number, follower))
        if not waiting:
            yield "time", self.time(state)

    def client(self, state: State) -> Iterator[tuple[str, State]]:
        if state.acked.bit_count() >= COLUMNS:
            return
        bit = 1 << state.acked.bit_length()
        for number in range(3):
            if self.acknowledges(state, number):
                having = {number, *self.attached(state, number)}
                pods = tuple(
                    pod._replace(data=pod.data | bit) if each in having else pod
                    for each, pod in enumerate(state.pods)
                )
                # Through them replicas of replicas have it, too.
                yield f"write {number}", self.settled(state._replace(pods=pods, acked=state.acked | bit))

    def deliberate(self, state: State, number: int) -> Iterator[tuple[str, State]]:
        """One round of a start: the facts as they are now, the real decision, and what the script does then."""
        pod = state.pods[number]
        answer = self.redis.decide(self.facts(state, number))
        action, _, reason = answer.partition(" ")
        state = put(state, number, pod._replace(said=action if action == "help" else ""))
        name = f"{action} {number}"
        if action == "master":
            yield name, self.started(state, number, MASTER)
        elif action == "replica":
            yield name, self.started(state, number, ADDRESSES.index(reason.split()[0]))
        elif action == "failover":
            yield name, self.ask_for_promotion(state, number)
        else:
            yield name, state

    def started(self, state: State, number: int, follows: int) -> State:
        pod = state.pods[number]
        data = pod.data
        if pod.form == "other" and not self.guards.form_is_known:
            # The server does not read these files, and its next save overwrites them.
            data = 0
        if pod.form == "damaged":
            if not self.guards.damage_is_known or follows == MASTER:
                # It ends with an error, and the container starts again: it looks as if it were asking.
                return put(state, number, pod._replace(said="crash"))
            data = 0
        up = pod._replace(
            state=UP,
            follows=follows,
            last=follows,
            data=data,
            link=NEVER,
            time=0,
            form="loaded",
            said="",
            promotion="no",
            asked=0,
            patient=not data and pod.time * STEP_S >= 60 and self.guards.uptime,
        )
        after = put(state, number, up)
        lost = pod.data & ~data
        if follows == MASTER:
            after = self.arm(after, number)
            after = self.check_empty(after, number, lost)
        elif pod.form == "damaged":
            after = self.forgive(after, lost)
        after = self.check_lost(after, lost, f"pod {number} does not load what lies on its volume")
        return self.settled(after)

    def ask_for_promotion(self, state: State, number: int) -> State:
        pod = state.pods[number]
        able = [s for s in state.sentinels if self.hears(s, pod) and s.master == number]
        if not able:
            return state
        if state.stage or state.delayed or self.candidates(state, number):
            return put(state, number, pod._replace(promotion="asked", asked=0))
        return put(state, number, pod._replace(promotion="refused"))

    def hand_over(self, state: State, number: int) -> Iterator[tuple[str, State]]:
        """What the hook does when it sees whom the Sentinels name."""
        pod = state.pods[number]
        named = self.named(state)
        if state.stage == 0 and named == number:
            if not self.may_elect(state) or state.delayed:
                # No one leads: it is told to end as it is.
                yield f"ends {number}", self.gone(state, number)
            return
        if state.stage == 1:
            return
        if named not in self.known(pod) and not self.guards.hook_follows:
            yield f"writes go on {number}", put(state, number, pod._replace(paused=False))
            return
        after = put(state, number, pod._replace(follows=named if named != NOBODY else MASTER))
        yield f"handed over {number}", self.gone(after, number)

    def time(self, state: State) -> State:
        """Five seconds."""
        asking = sum(1 << number for number, pod in enumerate(state.pods) if pod.state == ASKING)
        after = state._replace(
            pods=tuple(self.pod_later(state, number) for number in range(3)),
            sentinels=order(self.sentinel_later(state, each) for each in state.sentinels),
            pending=asking | (8 if any(each.state == ASKING for each in state.sentinels) else 0),
            delayed=max(0, state.delayed - 1),
        )
        after = self.settled(self.heard(after))
        if sum(self.acknowledges(after, number) for number in range(3)) > 1:
            return after._replace(trouble="two masters acknowledge at the same time")
        return after

    def pod_later(self, state: State, number: int) -> Pod:
        pod = state.pods[number]
        if pod.state == HUNG:
            return pod._replace(time=1)
        if pod.state == ASKING:
            asked = pod.asked + 1 if pod.promotion == "asked" else 0
            over = asked >= 2
            return pod._replace(
                time=later(pod.time, state.delayed),
                asked=0 if over else asked,
                promotion="no" if over else pod.promotion,
            )
        return self.server_later(state, number) if pod.state == UP else pod

    def server_later(self, state: State, number: int) -> Pod:
        pod, named = state.pods[number], self.named(state)
        # Sentinel sends nobody to a master that does not answer, or says that it is a replica (MasterLooksSane).
        leads = named != NOBODY and state.pods[named].state == UP and state.pods[named].follows == MASTER
        elsewhere = leads and named != number and pod.cut != "all"
        if pod.follows == MASTER:
            if elsewhere and pod.time + 1 >= STALE_ROLE:
                return pod._replace(follows=named, last=named, link=NEVER, time=0, armed=-1)
            return pod._replace(armed=self.armed(state, number), time=pod.time + 1 if elsewhere else 0)
        pod = pod._replace(time=min(pod.time + 1, WRONG_ROLE) if named == number else 0)
        if elsewhere and named != pod.follows:
            # Sentinel moves a replica that follows someone else.
            return pod._replace(follows=named, last=named, link=NEVER if pod.link == NEVER else 1)
        return pod

    def sentinel_later(self, state: State, each: Sentinel) -> Sentinel:
        if each.state == ASKING:
            return each._replace(down=later(each.down, state.delayed))
        if each.state != UP or each.master == NOBODY:
            return each
        pod = state.pods[each.master]
        answers = self.hears(each, pod) and pod.state == UP
        answers &= pod.follows == MASTER or pod.time < WRONG_ROLE
        return each._replace(down=0 if answers else 1)

    def whole(self, state: State) -> bool:
        named = self.named(state)
        if named == NOBODY or state.stage or state.pods[named].follows != MASTER:
            return False
        return all(
            pod.state == UP and not pod.paused and (n == named or (pod.follows == named and pod.link == 0))
            for n, pod in enumerate(state.pods)
        ) and all(s.state == UP and s.master == named for s in state.sentinels)

    def calls_a_person(self, state: State) -> bool:
        return any(pod.state == ASKING and pod.said == "help" for pod in state.pods) or any(
            s.state == ASKING and s.said == "help" for s in state.sentinels
        )


def _none(_state: State) -> Iterator[tuple[str, State]]:
    yield from ()
