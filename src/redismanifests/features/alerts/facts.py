"""Facts: what expressions of alerts are made of, decided from the whole profile.

Every selector names the namespace and the pods, never a job or an instance: pods are unique in a namespace whoever
scrapes them. Everything is first reduced to one value a pod, so that a pod that is scraped twice counts once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.backup.job import name as backup_name
from redismanifests.profile.derived.backup.restore import drill_name
from redismanifests.profile.derived.backup.segments import prune_name, segments_of
from redismanifests.profile.derived.members import redis_workload, sentinel_workload
from redismanifests.profile.derived.recovery import LAG_CHECK_MS, recovery
from redismanifests.profile.formulas.scrape import exporter_timeout_s
from redismanifests.profile.formulas.votes import majority

if TYPE_CHECKING:
    from redismanifests.core.values.cron import Cron
    from redismanifests.features.backup.settings import Backup
    from redismanifests.profile.model import Profile

REFUSALS = "NOREPLICAS|MISCONF|OOM|MASTERDOWN"
"""Prefixes of errors with which a Redis refuses writes; READONLY is a client that follows a former master."""
MONTH_S = 30 * 24 * 3600
"""What the budget is for."""
SAMPLES = 4
"""Scrapes that the shortest window holds: a rate needs two, and one or two may fail."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers and names of one deployment; times in seconds."""

    namespace: str
    name: str
    replicas: int
    sentinels: int
    votes: int
    """Sentinels that must be there for a failover: quorum and majority."""
    min_replicas: int
    max_lag_s: int
    lag_check_s: float
    """How late the master itself notices a replica that is behind."""
    outage_s: float
    """Longest time without writes of a failover that goes well."""
    retry_s: float
    """The same where the first election fails."""
    start_s: float
    """What the startup probe gives a start, until the server answers: LOADING is an answer."""
    interval_s: float
    exporter_timeout_s: float
    limits_memory: bool
    """Whether Redis has a limit of its own: maxmemory."""
    refuses_when_full: bool
    """Whether a Redis at its maxmemory refuses writes; others remove keys, and are always full."""
    keeps_log: bool
    keeps_snapshots: bool
    passwords: bool
    certificate: str
    """Name of the Certificate that cert-manager renews; empty where there is none."""
    backup: str
    """Name of the CronJob of backups; empty where there is none."""
    backup_late_s: int
    """Age of the last backup when two runs in a row have failed."""
    drill: str
    """Name of the CronJob of restore drills; empty where there is none."""
    drill_late_s: int
    """Age of the last successful drill when two in a row have failed, or did not run."""
    segments: str
    """Name of the CronJob that looks at segments, and fails where new ones are missing; empty where there is none."""
    segments_late_s: int
    """Age of its last success when two runs in a row have failed, or did not run."""
    renew_before_s: float
    claims: bool
    budget_s: float
    pace: float = 1.0
    """How many times faster a rehearsal lets patience pass; what Redis and Sentinel take is never shortened."""

    def redis(self, metric: str, *matchers: str) -> str:
        """Selector of a metric of the data pods."""
        return self._selector(metric, f"{self.name}-[0-9]+", matchers)

    def sentinel(self, metric: str, *matchers: str) -> str:
        """Selector of a metric of the Sentinels."""
        return self._selector(metric, f"{self.name}-sentinel-[0-9]+", matchers)

    def both(self, metric: str, *matchers: str) -> str:
        """Selector of a metric of all pods."""
        return self._selector(metric, f"{self.name}(-sentinel)?-[0-9]+", matchers)

    def volumes(self, metric: str) -> str:
        """Selector of a metric of the kubelet, of all claims."""
        claims = f"data-{self.name}(-sentinel)?-[0-9]+"
        return f'{metric}{{namespace="{self.namespace}",persistentvolumeclaim=~"{claims}"}}'

    def of_state(self, metric: str, *matchers: str) -> str:
        """Selectors of a metric of kube-state-metrics in the namespace.

        Prometheus puts its target's namespace over that of the object, unless it honours labels.
        """
        wanted = ",".join(matchers)
        labels = ("exported_namespace", "namespace")
        return " or ".join(f'{metric}{{{each}="{self.namespace}",{wanted}}}' for each in labels)

    def last_success(self, cron_job: str) -> str:
        """When a CronJob last succeeded; before the first time there is only when it was created."""
        own = f'cronjob="{cron_job}"'
        succeeded = self.of_state("kube_cronjob_status_last_successful_time", own)
        return f"max({succeeded} or {self.of_state('kube_cronjob_created', own)})"

    def failed_since_success(self, cron_job: str, ending: str = ".+") -> str:
        """Expression: a Job of a CronJob failed that was made in the second of the last success, or after it."""
        jobs = f'job_name=~"{cron_job}-{ending}"'
        made = self.of_state("kube_job_created", jobs)
        failed = self.of_state("kube_job_failed", jobs, 'condition="true"')
        return (
            f"max(max by (job_name) ({made}) and on (job_name) max by (job_name) ({failed}) == 1)"
            f" >= {self.last_success(cron_job)}"
        )

    def not_since(self, cron_job: str, seconds: int) -> str:
        """Expression: the last success of a CronJob is older than so many seconds."""
        return f"time() - {self.last_success(cron_job)} > {seconds}"

    def _selector(self, metric: str, pods: str, matchers: tuple[str, ...]) -> str:
        scope = (f'namespace="{self.namespace}"', f'pod=~"{pods}"', *matchers)
        return f"{metric}{{{','.join(scope)}}}"

    def masters(self) -> str:
        """One series for each Redis that says it is a master."""
        master = 'role="master"'
        return f"max by (pod) ({self.redis('redis_instance_info', master)})"

    def patience(self, seconds: float) -> float:
        """A wait that is a choice, and that a rehearsal shortens."""
        return seconds / self.pace

    def window_s(self, seconds: float) -> int:
        """So many seconds, never shorter than what a rate needs."""
        return math.ceil(max(self.patience(seconds), SAMPLES * self.interval_s))

    def window(self, seconds: float) -> str:
        """A range of as many seconds."""
        return f"[{self.window_s(seconds)}s]"

    @property
    def writable(self) -> str:
        """The recorded series: 1 while exactly one master takes writes, else 0."""
        return f'{WRITABLE}{{namespace="{self.namespace}",deployment="{self.name}"}}'


def allowed_s(facts: Facts, factor: float, window_s: float) -> float:
    """Seconds without writes in a window that use up the budget so many times too fast."""
    return factor * facts.budget_s / MONTH_S * window_s


def burnt(facts: Facts, *pairs: tuple[float, int, int]) -> str:
    """Expression: the budget was used up too fast in a long window and in a short one, for one of ``pairs``."""
    found = []
    for factor, *windows in pairs:
        parts = []
        for window_s in windows:
            window, series = facts.window(window_s), facts.writable
            # Seconds, not a share: what was not there yet, or not seen, was not without writes.
            lost = f"(count_over_time({series}{window}) - sum_over_time({series}{window})) * {facts.interval_s:g}"
            parts.append(f"{lost} > {allowed_s(facts, factor, window_s):.1f}")
        found.append("\nand ".join(parts))
    return "\nor\n".join(found)


WRITABLE = "deployment:redis_writable:bool"
"""Level, metric and operation, as Prometheus' guide names recorded series."""


def facts_of(profile: Profile, pace: float = 1.0) -> Facts:
    """The facts of a profile; ``pace`` above 1 for a rehearsal, which scrapes as much more often."""
    redis, sentinel = profile.redis, profile.sentinel
    bounds = recovery(profile)
    manager = profile.tls.cert_manager
    startup = profile.probes.redis.startup
    interval = profile.monitoring.interval
    drill = profile.backup.drill if profile.backup else None
    backup_late_s = _late_s(profile.backup, profile.backup.schedule, pace) if profile.backup else 0
    return Facts(
        namespace=profile.namespace,
        name=profile.name,
        replicas=len(redis_workload(profile).pods),
        sentinels=len(sentinel_workload(profile).pods),
        votes=max(sentinel.quorum, majority(sentinel.replicas)),
        min_replicas=redis.min_replicas_to_write,
        max_lag_s=redis.min_replicas_max_lag.whole_seconds,
        lag_check_s=LAG_CHECK_MS / 1000,
        outage_s=bounds.normal_ms / 1000,
        retry_s=bounds.after_failed_election_ms / 1000,
        start_s=startup.initial_delay.whole_seconds + startup.period.whole_seconds * startup.failures,
        interval_s=max(1.0, interval.whole_seconds / pace),
        exporter_timeout_s=exporter_timeout_s(interval),
        limits_memory=redis.maxmemory.bytes > 0,
        refuses_when_full=redis.maxmemory.bytes > 0 and redis.maxmemory_policy == "noeviction",
        keeps_log=redis.aof.enabled,
        keeps_snapshots=bool(redis.rdb.save),
        passwords=credentials.enabled(profile),
        certificate=profile.tls.secret_name if profile.tls.enabled and manager else "",
        renew_before_s=manager.renew_before.whole_seconds if manager and manager.renew_before else 0,
        backup=backup_name(profile) if profile.backup else "",
        backup_late_s=backup_late_s,
        drill=drill_name(profile) if drill else "",
        drill_late_s=_late_s(profile.backup, drill.schedule, pace) if profile.backup and drill else 0,
        segments=prune_name(profile) if segments_of(profile) else "",
        segments_late_s=backup_late_s if segments_of(profile) else 0,
        claims=redis.storage.kind == "claim",
        budget_s=profile.monitoring.budget.whole_seconds,
        pace=pace,
    )


def _late_s(backup: Backup, schedule: Cron, pace: float) -> int:
    return int((2 * schedule.longest_gap_minutes * 60 + backup.timeout.whole_seconds) / pace)
