"""State: pods, Sentinels and their volumes, as small as shows the faults; states that differ in names only are one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

STEP_S = 5
WAITS = (0, 1, 2, 3, 4, 6, 12, 16)
"""Steps that a wait has lasted: every border of the scripts (5, 8, 10, 20, 30, 60, 80 s), the later ones at once."""
LONG = 4
STALE_ROLE = 2
"""Steps until the Sentinels correct a master that they do not name."""
WRONG_ROLE = 5
"""Steps until a master that says it is a replica counts as down (down-after and two periods of INFO)."""
COLUMNS = 3
"""Groups of writes that are told apart at a time, by who has them."""
NEVER = -1
MASTER, NOBODY = -1, -2
AWAY, ASKING, UP, HUNG = "away", "asking", "up", "hung"
ADDRESSES = ("10.96.0.10", "10.96.0.11", "10.96.0.12")


class Pod(NamedTuple):
    """A Redis pod and its volume."""

    state: str = UP
    follows: int = MASTER
    """Of a server: the pod that it replicates, or MASTER."""
    data: int = 1
    """Bits of the writes that are in memory and on the volume."""
    last: int = MASTER
    """What redis.conf on the volume says: a pod, MASTER, or NOBODY where it says nothing."""
    link: int = 0
    """Of a replica: 0 attached, else steps since it was; NEVER in this life."""
    time: int = 0
    """Steps that it has been asking, hung, or a master whom the Sentinels do not name."""
    promotion: str = "no"
    asked: int = 0
    """Steps since a Sentinel accepted to promote a replica of this one."""
    form: str = "loaded"
    """Of the files: loaded (what this configuration reads), other (what it does not read), damaged."""
    paused: bool = False
    """The preStop hook has paused writes."""
    cut: str = ""
    """all: no packet; redis: none to other Redis pods."""
    old: bool = False
    """Its list of members is from before the last ordinal came."""
    said: str = ""
    """help, where its start has called a person; crash, where its server cannot load its files."""
    armed: int = -1
    """Epoch at which a majority has named this master to its fence; -1 before."""
    torn: bool = False
    """Its node died, and the tail of its volume is lost."""
    patient: bool = False
    """It started with nothing, after a minute in which those who may hold data were silent."""


class Sentinel(NamedTuple):
    """A Sentinel and its volume."""

    state: str = UP
    epoch: int = 1
    master: int = 0
    """NOBODY: its volume was lost."""
    down: int = 0
    """Steps for which its master has not answered."""
    cut: bool = False
    leads: bool = False
    """It leads a failover and still names the old master."""
    said: str = ""


class State(NamedTuple):
    """Everything."""

    pods: tuple[Pod, ...]
    sentinels: tuple[Sentinel, ...]
    target: int = NOBODY
    """Who is being promoted, or was and the others do not follow yet."""
    stage: int = 0
    """Of a failover: 0 none, 1 promoted, 2 told to the other Sentinels."""
    acked: int = 1
    """Writes that must not be lost; the first is there before anything happens."""
    budget: int = 0
    """Faults that may still come."""
    pending: int = 0
    """Who has something to do in this step: bits of pods, then one for all Sentinels that start."""
    delayed: int = 0
    """Steps until the next election, after one that failed."""
    lost_volumes: int = 0
    trouble: str = ""


@dataclass(frozen=True)
class Guards:
    """What is in; a sabotage takes something out."""

    redis: dict[str, str] = field(default_factory=dict)
    """Edits of redis-decide.sh."""
    sentinel: dict[str, str] = field(default_factory=dict)
    """Edits of sentinel-decide.sh."""
    fence: dict[str, str] | None = field(default_factory=dict)
    """Edits of redis-fence-decide.sh; None where there is no fence."""
    hook_follows: bool = True
    """A hook follows whom a majority names, whatever its list says (redis-handover.sh)."""
    form_is_known: bool = True
    """The fact `volume` is what this configuration loads, and the other form is turned into it (redis-volume.sh)."""
    damage_is_known: bool = True
    """A volume that cannot be loaded is told apart (redis-volume.sh)."""
    uptime: bool = True
    """Waits are measured by a clock that does not jump (lib.sh)."""


FAULTS = ("crash", "node", "hang", "cut", "cut-redis", "volume", "power", "sentinel", "delete", "election")
"""What can happen by default; `form`, `damage`, `clock` and `old-list` are chosen where they are looked at."""


def first() -> State:
    """Whole: pod 0 leads, the others are attached, the Sentinels agree, one write is everywhere."""
    pods = (Pod(armed=1), Pod(follows=0, last=0), Pod(follows=0, last=0))
    return State(pods, (Sentinel(), Sentinel(), Sentinel()))


def later(steps: int, delayed: int) -> int:
    """The next border of a wait; what is far away comes at once, but for while an election is delayed."""
    if delayed and steps >= LONG:
        return steps
    return WAITS[min(WAITS.index(steps) + 1, len(WAITS) - 1)]


def condensed(state: State) -> State:
    """Writes that the same pods have are one, and what no one has or must have is none; epochs are their order."""
    columns: list[int] = []
    for place in range(state.acked.bit_length()):
        if not state.acked >> place & 1:
            continue
        column = sum((pod.data >> place & 1) << n for n, pod in enumerate(state.pods))
        if column and column not in columns:
            columns.append(column)
    columns.sort(reverse=True)
    pods = tuple(
        pod._replace(data=sum(1 << place for place, column in enumerate(columns) if column >> n & 1))
        for n, pod in enumerate(state.pods)
    )
    epochs = sorted(
        {0, *(each.epoch for each in state.sentinels), *(pod.armed for pod in pods if pod.armed > 0)}
    )
    pods = tuple(pod if pod.armed <= 0 else pod._replace(armed=epochs.index(pod.armed)) for pod in pods)
    sentinels = order(each._replace(epoch=epochs.index(each.epoch)) for each in state.sentinels)
    return state._replace(pods=pods, acked=(1 << len(columns)) - 1, sentinels=sentinels)


def put(state: State, number: int, pod: Pod) -> State:
    """The state with another pod."""
    pods = list(state.pods)
    pods[number] = pod
    return state._replace(pods=tuple(pods))


def tell(state: State, number: int, sentinel: Sentinel, *, ordered: bool = True) -> State:
    """The state with another Sentinel."""
    sentinels = list(state.sentinels)
    sentinels[number] = sentinel
    return state._replace(sentinels=order(sentinels) if ordered else tuple(sentinels))


def order(sentinels: Iterable[Sentinel]) -> tuple[Sentinel, ...]:
    """Which Sentinel is which makes no difference: the states are the same up to their order."""
    return tuple(sorted(sentinels))
