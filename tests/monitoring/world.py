"""World: the series of a deployment as Prometheus would have them, sample by sample, for promtool.

It states what the exporters export in a state of the deployment, so that a play is the few lines in which something
breaks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redismanifests.features.alerts.facts import Facts

STEP_S = 15
GIB = 1 << 30
FAR_S = 10**9


@dataclass
class World:
    """A healthy deployment, to be broken by assignment."""

    facts: Facts
    now: int = 0
    """Seconds since the beginning."""
    masters: list[int] = field(default_factory=lambda: [0])
    down: set[str] = field(default_factory=set)
    """Pods whose server is dead: the exporter says so, and exports nothing else."""
    gone: set[str] = field(default_factory=set)
    """Pods that are not scraped."""
    refused_login: set[str] = field(default_factory=set)
    unlinked: set[int] = field(default_factory=set)
    """Replicas without a link to their master."""
    lag_s: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    aof_write: int = 1
    aof_rewrite: int = 1
    save: int = 1
    loading: int = 0
    used: int = GIB // 2
    clients: int = 50
    resyncs: int = 2
    known: int = 2
    """Replicas that Sentinels list."""
    healthy: int | None = None
    """Replicas that Sentinels can promote; None: those that run."""
    agreed: bool = True
    quorum: int | None = None
    tilt: int = 0
    epoch: int = 3
    free: float = GIB * 8.0
    expires: int = FAR_S
    exported_namespace: bool = True
    backup_age_s: float | None = 60
    """None: no backup was ever made."""
    cronjob_age_s: float = 60
    drill_age_s: float | None = 60
    """None: no drill ever succeeded."""
    drill_failed_ago_s: float | None = None
    """When the last failed drill was made; None: none failed."""
    segments_age_s: float | None = 60
    """Since the last successful look at the segments."""
    segments_failed_ago_s: float | None = None
    """When the last failed look was made; None: none failed."""

    @property
    def redis(self) -> list[str]:
        return [f"{self.facts.name}-{n}" for n in range(self.facts.replicas)]

    @property
    def sentinels(self) -> list[str]:
        return [f"{self.facts.name}-sentinel-{n}" for n in range(self.facts.sentinels)]

    def sample(self) -> dict[str, float]:
        """Every series that is scraped now."""
        found: dict[str, float] = {}
        for number, pod in enumerate(self.redis):
            found |= {self._series(*each, pod=pod): value for each, value in self._redis(number, pod)}
        for number, pod in enumerate(self.sentinels):
            found |= {self._series(*each, pod=pod): value for each, value in self._sentinel(number, pod)}
        claim = f'namespace="{self.facts.namespace}",persistentvolumeclaim="data-{self.facts.name}-0"'
        found[f"kubelet_volume_stats_available_bytes{{{claim}}}"] = self.free
        found[f"kubelet_volume_stats_capacity_bytes{{{claim}}}"] = GIB * 10
        theirs = ("exported_namespace", "namespace")[not self.exported_namespace]
        of = f'{theirs}="{self.facts.namespace}",name="{self.facts.certificate}"'
        found[f"certmanager_certificate_expiration_timestamp_seconds{{{of}}}"] = self.expires
        found |= self._cron_job(theirs, self.facts.backup, self.backup_age_s)
        found |= self._cron_job(theirs, self.facts.drill, self.drill_age_s)
        found |= self._jobs(theirs, self.facts.drill, self.drill_failed_ago_s)
        found |= self._cron_job(theirs, self.facts.segments, self.segments_age_s)
        found |= self._jobs(theirs, self.facts.segments, self.segments_failed_ago_s)
        return found

    def _jobs(self, theirs: str, name: str, failed_ago_s: float | None) -> dict[str, float]:
        found: dict[str, float] = {}
        for number, (ago, condition) in enumerate(((7200, "complete"), (failed_ago_s, "failed"))):
            if ago is not None:
                job = f'{theirs}="{self.facts.namespace}",job_name="{name}-{number}"'
                found[f"kube_job_created{{{job}}}"] = self.now - ago
                found[f'kube_job_{condition}{{{job},condition="true"}}'] = 1
        return found

    def _cron_job(self, theirs: str, name: str, age_s: float | None) -> dict[str, float]:
        job = f'{theirs}="{self.facts.namespace}",cronjob="{name}"'
        found: dict[str, float] = {f"kube_cronjob_created{{{job}}}": self.now - self.cronjob_age_s}
        if age_s is not None:
            found[f"kube_cronjob_status_last_successful_time{{{job}}}"] = self.now - age_s
        return found

    def _series(self, name: str, labels: str = "", *, pod: str) -> str:
        own = f'namespace="{self.facts.namespace}",pod="{pod}",job="any"'
        return f"{name}{{{own}{',' if labels else ''}{labels}}}"

    def _answers(self, pod: str) -> bool:
        return pod not in self.down | self.gone | self.refused_login

    def _common(self, pod: str) -> Iterator[tuple[tuple[str, ...], float]]:
        if pod in self.gone:
            return
        yield ("redis_up",), float(self._answers(pod))
        if pod in self.refused_login:
            yield ("redis_exporter_last_scrape_error", 'err="NOAUTH"'), 1

    def _redis(self, number: int, pod: str) -> Iterator[tuple[tuple[str, ...], float]]:
        yield from self._common(pod)
        if not self._answers(pod):
            return
        role = "master" if number in self.masters else "slave"
        yield ("redis_instance_info", f'role="{role}",run_id="r{number}"'), 1
        others = [
            n
            for n, name in enumerate(self.redis)
            if n != number
            and n not in self.unlinked
            and name not in self.down | self.gone
            and role == "master"
        ]
        yield ("redis_connected_slaves",), len(others)
        for other in others:
            of = f'slave_ip="10.0.0.{other}",slave_port="6379",slave_state="online"'
            yield ("redis_connected_slave_lag_seconds", of), self.lag_s
        if role == "slave":
            linked = number not in self.unlinked and bool(
                {self.redis[n] for n in self.masters} - self.down - self.gone
            )
            yield (
                ("redis_master_link_up", f'master_host="10.0.0.{self.masters[0]}",master_port="6379"'),
                linked,
            )
        for err, count in self.errors.items():
            yield ("redis_errors_total", f'err="{err}"'), count
        yield ("redis_aof_last_write_status",), self.aof_write
        yield ("redis_aof_last_bgrewrite_status",), self.aof_rewrite
        yield ("redis_rdb_last_bgsave_status",), self.save
        yield ("redis_loading_dump_file",), self.loading
        yield ("redis_memory_used_bytes",), self.used
        yield ("redis_memory_max_bytes",), GIB
        yield ("redis_connected_clients",), self.clients
        yield ("redis_max_clients",), 1000
        yield ("redis_replica_resyncs_full",), self.resyncs

    def _sentinel(self, number: int, pod: str) -> Iterator[tuple[tuple[str, ...], float]]:
        yield from self._common(pod)
        if not self._answers(pod):
            return
        master = self.masters[0] if self.agreed or number else self.masters[0] + 1
        own = f'master_name="mymaster",master_address="10.0.0.{master}:6379"'
        alive = self.redis[self.masters[0]] not in self.down | self.gone
        status = "ok" if alive else "odown"
        yield ("redis_sentinel_master_status", f'{own},master_status="{status}"'), alive
        running = sum(each not in self.down | self.gone for each in self.redis) - alive
        yield ("redis_sentinel_master_slaves", own), self.known
        yield ("redis_sentinel_master_ok_slaves", own), running if self.healthy is None else self.healthy
        voters = sum(self._answers(each) for each in self.sentinels)
        quorum = int(voters >= self.facts.votes) if self.quorum is None else self.quorum
        yield ("redis_sentinel_master_ckquorum_status", f'master_name="mymaster",message="m{quorum}"'), quorum
        yield ("redis_sentinel_master_config_epoch", own), self.epoch
        yield ("redis_sentinel_tilt",), self.tilt


def recorded(world: World, lasts_s: int, play: Callable[[World], None]) -> list[dict[str, str]]:
    """Input series of promtool: ``play`` is called before each sample and may look at ``now``."""
    steps = lasts_s // STEP_S + 1
    values: dict[str, list[str]] = {}
    for step in range(steps):
        world.now = step * STEP_S
        play(world)
        seen = world.sample()
        for series, value in seen.items():
            values.setdefault(series, ["_"] * step).append(f"{float(value):g}")
        for series, past in values.items():
            if series not in seen:
                # promtool looks back five minutes over a gap, and Prometheus does not.
                past.append("_" if past[-1] in ("_", "stale") else "stale")
    return [{"series": name, "values": " ".join(_folded(past))} for name, past in values.items()]


def _folded(values: list[str]) -> Iterator[str]:
    """Equal values in a row as one word, as promtool writes them."""
    start = 0
    for index in range(1, len(values) + 1):
        if index == len(values) or values[index] != values[start]:
            value, more = values[start], index - start - 1
            yield value if value == "stale" or not more else f"{value}x{more + (value == '_')}"
            start = index
