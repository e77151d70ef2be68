"""Order: what is watched in one scenario, computed from the profile before anything is started.

Time is compressed: the interval becomes two seconds, and each wait that is a choice is divided by the same factor. What
Redis and Sentinel take is not shortened, so the waits that follow from a failover are not either.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping  # noqa: TC003 (it is read back by its types)
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError, ToolError
from redismanifests.features.alerts.alert import metrics
from redismanifests.features.alerts.contract import OTHERS, names_of
from redismanifests.features.alerts.dashboards.index import boards
from redismanifests.features.alerts.dashboards.query import queries
from redismanifests.features.alerts.facts import facts_of
from redismanifests.features.alerts.index import ALERTS
from redismanifests.features.alerts.view import rules_view, wait_s
from redismanifests.prove.rehearse.alerts.foreign import prepared
from redismanifests.prove.rehearse.alerts.heard import ForeignAlert  # noqa: TC001 (it is read back by its types)
from redismanifests.prove.rehearse.alerts.places import places
from redismanifests.prove.rehearse.alerts.planned import PLANNED
from redismanifests.prove.rehearse.alerts.shown import Place  # noqa: TC001 (as above)
from redismanifests.prove.rehearse.bench.substitution import exporter_program
from redismanifests.render.filling import filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.features.alerts.alert import Alert
    from redismanifests.features.alerts.facts import Facts
    from redismanifests.profile.model import Profile
    from redismanifests.prove.rehearse.alerts.rulefile import RuleFile

INTERVAL_S = 2.0
"""From scrape to scrape in a rehearsal: the exporters' time-out below needs a second on a busy machine."""
SCRAPE_TIMEOUT_S, EXPORTER_TIMEOUT_S = 1.8, 1.0
"""In the same order as rendered: the exporter gives up first, then Prometheus, then the next scrape comes."""
_ROUNDS = 4
"""Intervals from a fault that shows to an alert that fires: scrape, evaluation, the end of `for`, and its time-outs."""
_RULES = "alerts/rules.yaml.j2"
_KUBELETS = frozenset(name for name in OTHERS if name.startswith("kubelet_"))
"""Series that nothing in a rehearsal has; those of other objects it serves itself (states.py)."""


@dataclass(frozen=True, slots=True)
class Order:
    """Rules and expectations of one scenario; times in seconds."""

    rules: str
    """A file of Prometheus."""
    pace: float
    """By how much time is compressed."""
    severities: Mapping[str, str]
    """Each alert of these rules, and whether it is a page, a ticket or for information."""
    must: Mapping[str, float]
    """Alert that must fire -> until when, from the moment that the fault is complete."""
    must_not: tuple[str, ...]
    panels: Mapping[str, str]
    """Query of a panel -> what Prometheus is asked; each must return data while the deployment is healthy."""
    boards: Mapping[str, tuple[Place, ...]]
    """What each dashboard consists of."""
    notes: tuple[str, ...] = ()
    """What is other than rendered, and what this machine cannot show."""
    foreign_rules: str = ""
    """A further file of Prometheus: rules of someone else's."""
    foreign: tuple[ForeignAlert, ...] = ()
    patience_s: float = 0.0
    """From the fault until each of these could have fired."""


def require_prometheus() -> None:
    """Raise ToolError where a program is missing, with the package that has it."""
    if not shutil.which("prometheus"):
        raise ToolError(
            "no Prometheus to rehearse alerts with: prometheus is not on PATH",
            "install it (Debian: apt-get install prometheus)",
        )
    if exporter_program() is None:
        raise ToolError(
            "no exporter to rehearse alerts with: neither redis_exporter nor prometheus-redis-exporter is on PATH",
            "install it (Debian: apt-get install prometheus-redis-exporter)",
        )


def watched(profile: Profile | None, subject: str) -> Profile:
    """The profile, if it has alerts; raises RedismanifestsError where there is none."""
    if profile is None:
        raise RedismanifestsError(
            f"{subject} is no profile: numbers and waits of the alerts follow from one", "give the profile"
        )
    if not profile.monitoring.enabled:
        raise RedismanifestsError(
            f"{subject} renders no alerts: monitoring.enabled is false", "set it to true"
        )
    return profile


def order(profile: Profile, scenario: str, files: Sequence[RuleFile] = ()) -> Order:
    """What must fire in a scenario, by when, and what must not; ``files`` are loaded beside, and only observed."""
    pace = profile.monitoring.interval.whole_seconds / INTERVAL_S
    facts = facts_of(profile, pace)
    off = {each.alert for each in profile.monitoring.off}
    rendered = [each for each in ALERTS if each.applies(facts) and each.name not in off]
    blind = {each.name: _lacking(each, facts) for each in rendered}
    panels = dict(_panels(profile, facts, pace))
    unseen = {name: lacking for name, query in panels.items() if (lacking := _unknown(query, _KUBELETS))}
    foreign_rules, foreign = prepared(files, facts)
    return Order(
        rules=filled(_RULES, {"rules": rules_view(profile, pace)}),
        pace=pace,
        severities={each.name: each.severity for each in rendered},
        must={
            each.name: limit_s(each, facts)
            for each in rendered
            if scenario in each.fires_in and not blind[each.name]
        },
        must_not=tuple(each.name for each in rendered if _silent(each, scenario)),
        panels={name: query for name, query in panels.items() if name not in unseen},
        boards={
            f"{facts.name}-{kind}": places(board, facts.namespace, facts.name, facts.interval_s)
            for kind, board in boards(profile, pace).items()
        },
        notes=(
            f"alerts: time is compressed {pace:g} times: scraped and evaluated every {INTERVAL_S:g} s, each chosen wait"
            " and window divided by as much; what Redis and Sentinel take is not",
            *(
                f"{name}: this machine has no {' and no '.join(lacking)}"
                for name, lacking in (blind | unseen).items()
                if lacking
            ),
        ),
        foreign_rules=foreign_rules,
        foreign=foreign,
        # A failover, and a replica that counts as too far behind.
        patience_s=max((each.wait_s for each in foreign), default=0.0)
        + bool(foreign) * (facts.outage_s + facts.max_lag_s + _ROUNDS * facts.interval_s),
    )


def named_by_alerts() -> frozenset[str]:
    """The scenarios that any alert names, and those in which no page may fire."""
    return frozenset(PLANNED).union(*((*each.fires_in, *each.silent_in) for each in ALERTS))


def limit_s(alert: Alert, facts: Facts) -> float:
    """From the fault until the alert must fire."""
    return alert.shows(facts) + wait_s(alert, facts) + _ROUNDS * facts.interval_s


def _silent(alert: Alert, scenario: str) -> bool:
    planned = scenario in PLANNED and alert.severity == "page"
    return scenario in alert.silent_in or (planned and scenario not in alert.fires_in)


def _lacking(alert: Alert, facts: Facts) -> list[str]:
    return _unknown(alert.expression(facts))


def _unknown(expression: str, blind: frozenset[str] = frozenset()) -> list[str]:
    """Series that an expression reads and that nothing on this machine exports; nothing exports ``blind`` either."""
    has = names_of(exporter_version()) | OTHERS
    return sorted(metrics(expression) - (has - blind))


def _panels(profile: Profile, facts: Facts, pace: float) -> Iterator[tuple[str, str]]:
    """Every query of the dashboards, as Grafana would send it to a Prometheus that scrapes as often."""
    for kind, board in boards(profile, pace).items():
        for name, query in queries(board, facts.namespace, facts.name, facts.interval_s):
            yield f"{facts.name}-{kind}: {name}", query


@cache
def exporter_version() -> tuple[int, ...]:
    """Version of the exporter on PATH; empty where it does not report one."""
    program = exporter_program()
    if program is None:
        return ()
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\bv?(\d+\.\d+\.\d+)", done.stdout + done.stderr)
    return tuple(map(int, found[1].split("."))) if found else ()
