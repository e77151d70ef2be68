"""Faults: what breaks, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sentinels import Sentinels
from .state import (
    ASKING,
    AWAY,
    HUNG,
    MASTER,
    NEVER,
    NOBODY,
    UP,
    WAITS,
    Pod,
    State,
    order,
    put,
    tell,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Faults(Sentinels):
    """Each fault with its name."""

    def breaks(self, state: State) -> Iterator[tuple[str, State]]:
        """One fault more."""
        spent = state._replace(budget=state.budget - 1)
        for number, pod in enumerate(state.pods):
            for fault, after in self.breaks_pod(spent, number, pod):
                if fault in self.faults:
                    yield f"{fault} {number}", after
        if "volume" in self.faults or "damage" in self.faults:
            yield from self.breaks_volumes(spent)
        if "sentinel" in self.faults:
            yield from self.breaks_sentinels(spent)
        if "power" in self.faults and any(pod.state != AWAY for pod in state.pods):
            yield "power", self.all_gone(spent)
        if "form" in self.faults and all(pod.state == AWAY for pod in state.pods):
            switched = tuple(pod._replace(form="other") if pod.data else pod for pod in state.pods)
            yield "form switched", spent._replace(pods=switched)
        if "clock" in self.faults:
            yield "clock steps", self.clock(spent)
        if "old-list" in self.faults and not any(pod.old for pod in state.pods):
            old = tuple(pod._replace(old=number < 2) for number, pod in enumerate(state.pods))
            yield "scaled", spent._replace(pods=old)
        if "election" in self.faults and not state.delayed and self.may_elect(state):
            yield "election fails", spent._replace(delayed=4)

    def breaks_pod(self, spent: State, number: int, pod: Pod) -> Iterator[tuple[str, State]]:
        if pod.state != AWAY:
            yield "crash", self.gone(spent, number)
        if pod.state != UP:
            return
        if pod.data:
            yield "node", self.gone(spent, number, tail=True)
        if not pod.paused:
            yield "hang", put(spent, number, pod._replace(state=HUNG, time=0))
            yield "delete", self.deleted(spent, number)
        if not pod.cut:
            yield "cut", put(spent, number, pod._replace(cut="all"))
            yield "cut-redis", put(spent, number, pod._replace(cut="redis"))

    def breaks_volumes(self, spent: State) -> Iterator[tuple[str, State]]:
        for number, pod in enumerate(spent.pods):
            if pod.state != AWAY:
                continue
            if "volume" in self.faults and (pod.data or pod.last != NOBODY):
                lost = put(spent, number, pod._replace(data=0, last=NOBODY, form="loaded"))
                lost = lost._replace(lost_volumes=min(2, spent.lost_volumes + 1))
                yield f"volume {number} lost", self.forgive(lost, pod.data)
            if "damage" in self.faults and pod.form == "loaded" and pod.data:
                yield f"volume {number} damaged", put(spent, number, pod._replace(form="damaged"))

    def breaks_sentinels(self, spent: State) -> Iterator[tuple[str, State]]:
        for number, each in enumerate(spent.sentinels):
            if each.state == UP:
                yield "sentinel dies", self.without_leader(spent, number, AWAY, cut=False)
                if not each.cut:
                    yield "sentinel cut", self.without_leader(spent, number, UP, cut=True)
            if each.state == AWAY and each.master != NOBODY:
                yield "sentinel volume lost", tell(spent, number, each._replace(master=NOBODY, epoch=0))

    def gone(self, state: State, number: int, *, tail: bool = False) -> State:
        """Its process ends; with a node that dies the tail of its volume is lost, which others may have."""
        pod = state.pods[number]
        if tail:
            bit = 1 << state.acked.bit_length()
            leader = number if pod.follows == MASTER else pod.follows if pod.link == 0 else NOBODY
            # Only what was written a moment ago is not on the disk yet, so only those who were there have it.
            having = {leader, *self.attached(state, leader)} - {number} if leader != NOBODY else set()
            if having and state.stage:
                # Who has been promoted was one of them.
                having.add(state.target)
            pods = tuple(
                p._replace(data=p.data | bit) if n in having else p for n, p in enumerate(state.pods)
            )
            if any(p.data & bit for p in pods):
                state = state._replace(pods=pods, acked=state.acked | bit)
        last = pod.follows if pod.state in (UP, HUNG) else pod.last
        pod = state.pods[number]
        away = Pod(AWAY, MASTER, pod.data, last, NEVER, form=pod.form, old=pod.old, torn=tail or pod.torn)
        after = put(state, number, away)
        if not any(each.state in (UP, HUNG) for each in after.pods):
            # appendfsync everysec: what a dead node had not written is kept by those who run, and no one does.
            for each in after.pods:
                if each.torn:
                    after = after._replace(acked=after.acked & each.data)
        after = after._replace(pending=after.pending & ~(1 << number))
        return self.settled(after)

    def without_leader(self, state: State, number: int, now: str, *, cut: bool) -> State:
        """A leader that goes takes its failover with it; its file names whom it promoted already."""
        each = state.sentinels[number]
        master = state.target if each.leads else each.master
        if each.leads:
            state = state._replace(stage=0, target=NOBODY)
        return tell(state, number, each._replace(state=now, cut=cut, leads=False, down=0, master=master))

    def all_gone(self, state: State) -> State:
        for number, pod in enumerate(state.pods):
            if pod.state != AWAY:
                state = self.gone(state, number)
        for _ in range(3):
            # The order changes with each, so the first that still runs is taken.
            running = next((n for n, each in enumerate(state.sentinels) if each.state != AWAY), None)
            if running is not None:
                state = self.without_leader(state, running, AWAY, cut=False)
        return state._replace(stage=0, target=NOBODY, pending=0)

    def clock(self, state: State) -> State:
        """A step forward of the wall clock lengthens every wait that is measured by it."""
        if self.guards.uptime:
            return state
        return state._replace(
            pods=tuple(p._replace(time=WAITS[-1]) if p.state == ASKING else p for p in state.pods),
        )

    def deleted(self, state: State, number: int) -> State:
        """Gracefully: a master first gives its role away, if a majority is well and someone is attached."""
        pod = state.pods[number]
        well = sum(s.master == number and not s.down and self.hears(s, pod) for s in state.sentinels)
        if pod.follows == MASTER and well >= 2 and self.attached(state, number) and not state.stage:
            return put(state, number, pod._replace(paused=True))
        return self.gone(state, number)

    def ends(self, state: State) -> Iterator[tuple[str, State]]:
        """A fault ends, whenever it likes."""
        for number, pod in enumerate(state.pods):
            if pod.state == AWAY:
                yield f"back {number}", self.came(state, number)
            if pod.state == HUNG:
                yield f"wakes {number}", self.woke(state, number)
            if pod.cut:
                yield f"healed {number}", self.settled(put(state, number, pod._replace(cut="")))
        for number, each in enumerate(state.sentinels):
            if each.cut:
                yield "sentinel healed", self.heard(tell(state, number, each._replace(cut=False)))
            if each.state == AWAY:
                back = each._replace(state=ASKING, down=0)
                yield "sentinel back", tell(state, number, back)._replace(pending=state.pending | 8)

    def came(self, state: State, number: int) -> State:
        pod = state.pods[number]._replace(
            state=ASKING, time=0, promotion="no", asked=0, link=NEVER, said="", paused=False
        )
        return put(state, number, pod)._replace(pending=state.pending | 1 << number)

    def woke(self, state: State, number: int) -> State:
        """A server goes on as if nothing had been, unless its fence has ended it, or does."""
        pod = state.pods[number]
        if pod.time >= 1 and self.fenced(state, number):
            return self.came(self.gone(state, number), number)
        return self.settled(put(state, number, pod._replace(state=UP, time=0)))

    def calm(self, state: State) -> State:
        """Every fault is over."""
        for number, pod in enumerate(state.pods):
            if pod.cut:
                state = put(state, number, pod._replace(cut=""))
            if pod.old:
                state = put(state, number, state.pods[number]._replace(old=False))
            if pod.state == HUNG:
                state = self.woke(state, number)
            if state.pods[number].state == AWAY:
                state = self.came(state, number)
        for number, each in enumerate(state.sentinels):
            if each.state == AWAY:
                state = tell(state, number, each._replace(state=ASKING, down=0), ordered=False)
                state = state._replace(pending=state.pending | 8)
            elif each.cut:
                state = tell(state, number, each._replace(cut=False), ordered=False)
        state = state._replace(sentinels=order(state.sentinels), budget=0)
        return self.settled(self.heard(state))
