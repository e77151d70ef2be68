"""Hearing: who reaches whom, and the facts that the real scripts are given of it."""

from __future__ import annotations

from .scripts import Script, program
from .state import (
    ADDRESSES,
    FAULTS,
    HUNG,
    MASTER,
    NEVER,
    NOBODY,
    STEP_S,
    UP,
    Guards,
    Pod,
    Sentinel,
    State,
    put,
)


class Hearing:
    """The scripts, and what they are asked."""

    def __init__(self, guards: Guards | None = None, faults: tuple[str, ...] = FAULTS) -> None:
        self.guards = guards or Guards()
        self.faults = faults
        self.redis = Script(program("redis-decide.sh", "REDIS_DECIDE", self.guards.redis))
        self.sentinel = Script(program("sentinel-decide.sh", "SENTINEL_DECIDE", self.guards.sentinel))
        self.fence = None
        if self.guards.fence is not None:
            self.fence = Script(program("redis-fence-decide.sh", "REDIS_FENCE_DECIDE", self.guards.fence))

    def close(self) -> None:
        """End the scripts."""
        self.redis.close()
        if self.fence:
            self.fence.close()
        self.sentinel.close()

    def together(self, one: Pod, other: Pod) -> bool:
        return not one.cut and not other.cut

    def hears(self, sentinel: Sentinel, pod: Pod) -> bool:
        return sentinel.state == UP and not sentinel.cut and pod.cut != "all"

    def attached(self, state: State, master: int) -> list[int]:
        """Replicas that have every byte of this master as soon as it has it."""
        return [
            number
            for number, pod in enumerate(state.pods)
            if pod.state == UP
            and pod.follows == master
            and pod.link == 0
            and self.together(pod, state.pods[master])
        ]

    def following(self, state: State, master: int) -> list[int]:
        """Replicas that a master counts, whether they are there or only believed to be."""
        return [n for n, pod in enumerate(state.pods) if pod.follows == master and pod.state in (UP, HUNG)]

    def named(self, state: State) -> int:
        """The master by a majority that hears each other; NOBODY where there is none."""
        talking = [s for s in state.sentinels if s.state == UP and not s.cut]
        for master in range(3):
            if sum(s.master == master for s in talking) >= 2:
                return master
        return NOBODY

    def arm(self, state: State, number: int) -> State:
        """The fence of a master hears the Sentinels at once, also while its server hangs."""
        pod = state.pods[number]
        if pod.state not in (UP, HUNG) or pod.follows != MASTER:
            return state
        return put(state, number, pod._replace(armed=self.armed(state, number)))

    def armed(self, state: State, number: int) -> int:
        """The epoch at which a majority that it hears names this master, else what it was."""
        pod = state.pods[number]
        heard = [s.epoch for s in state.sentinels if self.hears(s, pod) and s.master == number]
        return max(heard) if len(heard) >= 2 else pod.armed

    def acknowledges(self, state: State, number: int) -> bool:
        """Whether a client gets a write acknowledged there that a replica has, too."""
        pod = state.pods[number]
        return (
            pod.state == UP
            and pod.follows == MASTER
            and not pod.paused
            and not self.held(state, number)
            and bool(self.attached(state, number))
        )

    def held(self, state: State, number: int) -> bool:
        """Whether writes of a master must wait, by what its fence hears."""
        if self.guards.fence is None:
            return False
        # From a promotion until the hellos that tell a majority of it, two seconds, a cut that heals is a window.
        # A fence that has not been named to since its server was promoted does not follow yet.
        told = self.named(state) == state.target and state.pods[number].armed >= 0
        window = state.stage > 0 and state.target != number and not told
        return window or self.untold(state, number) or self.fenced(state, number) != ""

    def untold(self, state: State, number: int) -> bool:
        """Whether a leader has promoted another one, and was gone before its hellos told anybody."""
        here = [s.epoch for s in state.sentinels if s.state == UP and not s.cut]
        gone = [s for s in state.sentinels if s.state != UP or s.cut]
        return any(s.master not in (number, NOBODY) and s.epoch >= max(here, default=-1) for s in gone)

    def fenced(self, state: State, number: int) -> str:
        """What the real fence says: nothing, or hold, end or follow; empty where it says nothing or there is none."""
        pod = state.pods[number]
        if self.fence is None or pod.follows != MASTER or pod.armed < 0:
            return ""
        me, slept = ADDRESSES[number], pod.state == HUNG
        own = [
            "role:master",
            *["slave0:state=online"] * len(self.following(state, number)),
            "repl_backlog_histlen:1",
        ]
        lines = [f"self {me}", *(f"member {ADDRESSES[n]}" for n in self.known(pod)), "sentinels 3"]
        lines += [f"own 100 {line}" for line in own]
        lines += [f"sentinel s{n} 100 {_csv(me, pod.armed, 0)}" for n in range(3)]
        lines += ["tick 100"] if slept else [f"own {now} {own[0]}" for now in range(101, 106)]
        for n, each in enumerate(state.sentinels):
            if each.master != NOBODY and self.hears(each, pod):
                lines.append(
                    f"sentinel s{n} 106 {_csv(ADDRESSES[each.master], each.epoch, 6000 if each.down else 0)}"
                )
        return self.fence.decide("\n".join([*lines, *(f"own 106 {line}" for line in own), "tick 106"]))

    def facts(self, state: State, me: int) -> str:
        pod = state.pods[me]
        known = self.known(pod)
        lines = [f"self {ADDRESSES[me]} {me}", *(f"member {ADDRESSES[each]}" for each in known)]
        lines += ["sentinels 3", f"waited {pod.time * STEP_S}", f"volume {self.volume(pod)}", "storage claim"]
        if self.volume(pod) == "unusable":
            lines += ["trouble the files cannot be loaded", "remedy look at them"]
        last = {NOBODY: "none", MASTER: "master"}.get(pod.last) or (
            f"replica {ADDRESSES[pod.last]}" if pod.last in known else "unknown"
        )
        lines += [f"last {last}", f"promotion {pod.promotion}", "person none"]
        lines += self.sentinel_lines(state, pod)
        lines += [self.peer_line(state, pod, each) for each in known if each != me]
        return "\n".join(lines)

    def known(self, pod: Pod) -> tuple[int, ...]:
        return (0, 1) if pod.old else (0, 1, 2)

    def volume(self, pod: Pod) -> str:
        if pod.form == "damaged" and self.guards.damage_is_known:
            return "unusable"
        return "data" if pod.data else "empty"

    def sentinel_lines(self, state: State, pod: Pod, *, me: int = -1) -> list[str]:
        lines = []
        for number, each in enumerate(state.sentinels):
            if number == me:
                continue
            if each.master == NOBODY or not self.hears(each, pod):
                lines.append(f"sentinel s{number} silent")
                continue
            flags = (
                "master" + (",s_down" if each.down else "") + (",failover_in_progress" if each.leads else "")
            )
            lines.append(f"sentinel s{number} {each.epoch} {ADDRESSES[each.master]} {flags} {STEP_S * 1000}")
        # Who of them says what makes no difference.
        return sorted(lines, key=lambda line: line.split(maxsplit=2)[2])

    def peer_line(self, state: State, pod: Pod | Sentinel, number: int) -> str:
        peer = state.pods[number]
        reached = self.together(pod, peer) if isinstance(pod, Pod) else not pod.cut and peer.cut != "all"
        if peer.state != UP or not reached:
            return f"peer {ADDRESSES[number]} silent"
        keys = peer.data.bit_count()
        if peer.follows == MASTER:
            return f"peer {ADDRESSES[number]} master {keys} {len(self.attached(state, number))} {keys}"
        link = "up 0" if peer.link == 0 else f"down {peer.link if peer.link == NEVER else peer.link * STEP_S}"
        return f"peer {ADDRESSES[number]} replica {keys} {ADDRESSES[peer.follows]} {link}"


def _csv(master: str, epoch: int, unanswered_ms: int) -> str:
    """What `redis-cli --csv` prints of a SENTINEL MASTER, as far as the fence reads it."""
    said = {
        "ip": master,
        "flags": "master",
        "config-epoch": epoch,
        "last-ping-sent": unanswered_ms,
        "last-ok-ping-reply": 0,
        "down-after-milliseconds": STEP_S * 1000,
        "quorum": 2,
    }
    return ",".join(f'"{key}","{value}"' for key, value in said.items())
