"""Sentinels: elections, promotions and starts of Sentinels; replication, and what must never come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .hearing import Hearing
from .state import (
    ADDRESSES,
    ASKING,
    HUNG,
    MASTER,
    NEVER,
    NOBODY,
    STEP_S,
    UP,
    Pod,
    Sentinel,
    State,
    order,
    put,
    tell,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Sentinels(Hearing):
    """What Sentinel and Redis do by themselves."""

    def start_sentinels(self, state: State) -> State:
        """The Sentinels that start ask one after the other; their order makes no difference to anybody else."""
        for number, each in enumerate(state.sentinels):
            if each.state != ASKING or each.cut:
                continue
            lines = [f"self s{number}", *(f"member {address}" for address in ADDRESSES), "sentinels 3"]
            lines.append(f"waited {each.down * STEP_S}")
            lines.append(
                "state none"
                if each.master == NOBODY
                else f"state known {each.epoch} {ADDRESSES[each.master]}"
            )
            nowhere = Pod()
            lines += self.sentinel_lines(state, nowhere, me=number)
            lines += [self.peer_line(state, each, pod) for pod in range(3)]
            action, _, reason = self.sentinel.decide("\n".join(lines)).partition(" ")
            if action == "monitor":
                address, epoch = reason.split()[:2]
                started = Sentinel(UP, int(epoch), ADDRESSES.index(address))
                if each.down * STEP_S >= 60:
                    # It has waited for those who may hold data.
                    state = state._replace(
                        pods=tuple(p._replace(patient=p.patient or not p.data) for p in state.pods)
                    )
                state = tell(state, number, started, ordered=False)
            else:
                said = action if action == "help" else ""
                state = tell(state, number, each._replace(said=said), ordered=False)
        return self.heard(state._replace(sentinels=order(state.sentinels)))

    def heard(self, state: State) -> State:
        """Hellos: Sentinels that hear each other take the newest configuration."""
        talking = [s for s in state.sentinels if s.state == UP and not s.cut]
        if not talking:
            return state
        newest = max(talking, key=lambda s: (s.epoch, not s.leads))
        if newest.leads:
            return state
        sentinels = tuple(
            s._replace(epoch=newest.epoch, master=newest.master, down=0, leads=False)
            if s.state == UP and not s.cut and s.epoch < newest.epoch
            else s
            for s in state.sentinels
        )
        return state._replace(sentinels=order(sentinels))

    def candidates(self, state: State, master: int) -> list[int]:
        """Whom Sentinel may promote: those with the highest offset, which is 0 for all that started alone.

        A pod that says it is a master counts among the replicas of another one, too (sentinelSelectSlave asks for
        no role). Sentinel has the offset that it said as a replica, which is taken for 0.
        """
        able = {}
        for number, pod in enumerate(state.pods):
            if pod.state != UP or pod.cut == "all" or number == master:
                continue
            able[number] = 0 if pod.link == NEVER or pod.follows == MASTER else pod.data.bit_count()
        most = max(able.values(), default=0)
        return [number for number, offset in able.items() if offset == most]

    def may_elect(self, state: State) -> bool:
        """Whether a majority takes the same master for down, or one is asked for a failover."""
        if state.stage:
            return False
        talking = [s for s in state.sentinels if s.state == UP and not s.cut]
        master = self.named(state)
        if master == NOBODY:
            return False
        pod = state.pods[master]
        asked = (pod.state == ASKING and pod.promotion == "asked") or self.hook_asks(state, master)
        down = sum(s.master == master and s.down >= 1 for s in talking)
        return (down >= 2 or asked) and bool(self.candidates(state, master))

    def hook_asks(self, state: State, number: int) -> bool:
        """A hook asks where all that run are attached, also a former master that is ending (redis-handover.sh)."""
        pod = state.pods[number]
        running = {
            n for n, p in enumerate(state.pods) if n != number and p.state == UP and self.together(p, pod)
        }
        return pod.state == UP and pod.paused and running == set(self.attached(state, number))

    def failover(self, state: State) -> Iterator[tuple[str, State]]:
        if state.stage == 0:
            if not state.delayed and self.may_elect(state):
                for target in self.candidates(state, self.named(state)):
                    yield f"promoted {target}", self.promoted(state, target)
        elif state.stage == 1:
            yield "told", self.told(state)
        else:
            yield "moved", self.moved(state)

    def promoted(self, state: State, target: int) -> State:
        old = self.named(state)
        leader = next(
            n for n, s in enumerate(state.sentinels) if s.state == UP and not s.cut and s.master == old
        )
        before = state.sentinels[leader]
        # Writes that nobody has who runs and is reached: two failures at once, and replication is asynchronous.
        reached = 0
        for pod in state.pods:
            if pod.state == UP and pod.cut != "all":
                reached |= pod.data
        kept = state.pods[target]
        cold = all(state.pods[n].link == NEVER for n in range(3) if state.pods[n].state == UP and n != old)
        missing = state.acked & ~kept.data
        excused = missing & ~reached if kept.data else 0
        if cold and kept.data:
            # Replicas that all start alone have offset 0, and Sentinel chooses by their run ids.
            excused = missing
        after = state._replace(acked=state.acked & ~excused, target=target, stage=1)
        after = put(after, target, kept._replace(follows=MASTER, last=MASTER, link=0, time=0, torn=False))
        after = tell(
            after, leader, before._replace(epoch=1 + max(s.epoch for s in state.sentinels), leads=True)
        )
        return self.settled(self.check_empty(after, target, 0))

    def told(self, state: State) -> State:
        leader = next((s for s in state.sentinels if s.leads), None)
        if leader is None:
            return state._replace(stage=0, target=NOBODY)
        sentinels = tuple(
            s._replace(epoch=leader.epoch, master=state.target, down=0)
            if s.state == UP and not s.cut and not s.leads and s.epoch < leader.epoch
            else s
            for s in state.sentinels
        )
        return self.arm(state._replace(sentinels=order(sentinels), stage=2), state.target)

    def moved(self, state: State) -> State:
        target = state.target
        # All but the former master, whatever they say they are (sentinelFailoverReconfNextSlave).
        old = next((s.master for s in state.sentinels if s.leads), NOBODY)
        sentinels = tuple(
            s._replace(master=target, leads=False, down=0) if s.leads else s for s in state.sentinels
        )
        pods = tuple(
            pod._replace(
                follows=target, last=target, link=NEVER if pod.link == NEVER else 1, armed=-1, time=0
            )
            if n not in {target, old} and pod.state == UP and pod.cut != "all"
            else pod
            for n, pod in enumerate(state.pods)
        )
        after = state._replace(sentinels=order(sentinels), pods=pods, stage=0, target=NOBODY)
        return self.settled(self.heard(after))

    def settled(self, state: State) -> State:
        """Who follows a master that it reaches is attached, and has its data and no other."""
        changed = True
        while changed:
            changed = False
            for number, pod in enumerate(state.pods):
                if pod.state != UP or pod.follows == MASTER:
                    continue
                master = state.pods[pod.follows]
                if master.state == HUNG and self.together(pod, master):
                    continue
                there = master.state == UP and pod.follows != number and self.together(pod, master)
                if there and self.led(state, pod.follows) and (pod.link or pod.data != master.data):
                    lost = pod.data & ~master.data
                    state = put(state, number, pod._replace(link=0, data=master.data, torn=False))
                    state = self.check_lost(state, lost, f"pod {number} takes the data of pod {pod.follows}")
                    changed = True
                elif not there and pod.link == 0:
                    state = put(state, number, pod._replace(link=1))
                    changed = True
        return state

    def led(self, state: State, number: int) -> bool:
        """Whether a pod takes replicas: a master does, and a replica whose own link is up, down to the master.

        A replica of a replica gets every byte through it (chained replication). Without a link of its own a
        replica refuses with NOMASTERLINK (syncCommand in src/replication.c of Redis), and keeps those it has.
        """
        pod = state.pods[number]
        for _ in state.pods:
            if pod.follows == MASTER:
                return True
            master = state.pods[pod.follows]
            if pod.link or master.state != UP or not self.together(pod, master):
                return False
            pod = master
        # They follow each other.
        return False

    def check_lost(self, state: State, bits: int, how: str) -> State:
        there = 0
        for pod in state.pods:
            there |= pod.data
        if bits & state.acked & ~there:
            return state._replace(trouble=f"an acknowledged write is lost: {how}")
        return state

    def check_empty(self, state: State, number: int, lost: int) -> State:
        """No one leads with nothing while a volume holds data, but after waits that are computed."""
        if state.pods[number].data:
            return state
        holders = [pod for n, pod in enumerate(state.pods) if pod.data and n != number]
        if not holders and not lost:
            return state
        # EMPTY_AFTER: who holds data has had a minute to come. BOOTSTRAP_AFTER: two of three volumes are lost.
        if not lost and (state.pods[number].patient or state.lost_volumes > 1):
            # What that costs is excused with it: whoever follows it has nothing, either.
            return state._replace(acked=0)
        return state._replace(trouble=f"pod {number} leads with nothing, and a volume holds data")

    def forgive(self, state: State, bits: int) -> State:
        """Writes of which a fault itself took the last copy are no one's."""
        there = 0
        for pod in state.pods:
            there |= pod.data
        return state._replace(acked=state.acked & ~(bits & ~there))
