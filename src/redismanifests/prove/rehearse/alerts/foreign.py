"""Foreign: alerts of someone else's, made ready for a rehearsal.

Expressions are evaluated as they are written. Only `for` is shortened, by the factor of our own waits: never below what
a failover takes, which no rehearsal shortens, and to a minute at the most.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.alerts.heard import ForeignAlert
from redismanifests.prove.rehearse.alerts.rulefile import distinct, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.object import Manifest, Object
    from redismanifests.features.alerts.facts import Facts
    from redismanifests.prove.rehearse.alerts.rulefile import RuleFile

MARK = "redismanifests_rule"
"""Label by which each rule is known again, whatever else has its name."""
LONGEST_S = 60.0
"""Of a wait in a rehearsal."""
_AWAY = re.compile(
    r"""\[[^\]]*\]                                                         # ranges
    | \b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)      # labels of series
    | \b(?:offset|@)\s*-?[0-9.a-z]+ | \b[0-9][0-9a-zA-Z_.]*                # moments, numbers""",
    re.VERBOSE | re.IGNORECASE,
)
_TEXT = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\#[^\n]*""")
_NAMED = re.compile(r"""\{[^}]*\b__name__\s*=\s*["']([^"']+)["']""")
_IDENTIFIER = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])")
_KEYWORDS = {"and", "or", "unless", "atan2", "bool", "offset", "inf", "nan", "group_left", "group_right"}


def prepared(files: Sequence[RuleFile], facts: Facts) -> tuple[str, tuple[ForeignAlert, ...]]:
    """One file for Prometheus, empty without rules, and the alerts in it."""
    groups: list[Manifest] = []
    alerts: list[ForeignAlert] = []
    for file in files:
        for group in file.groups:
            rules = []
            for rule in group["rules"]:
                if "alert" not in rule:
                    rules.append(rule)
                    continue
                alert = _alert(file.name, rule, str(len(alerts)), facts)
                alerts.append(alert)
                labels = {**(rule.get("labels") or {}), MARK: alert.mark}
                rules.append({**rule, "for": f"{alert.wait_s * 1000:.0f}ms", "labels": labels})
            # Evaluated as often as the others, whatever the group asks for.
            own = {key: value for key, value in group.items() if key != "interval"}
            groups.append({**own, "name": f"{file.name}: {group.get('name', '')}", "rules": rules})
    return (json.dumps({"groups": distinct(groups)}) if groups else ""), tuple(alerts)


def _alert(file: str, rule: Object, mark: str, facts: Facts) -> ForeignAlert:
    written = seconds(rule.get("for"))
    failover = facts.outage_s + 2 * facts.interval_s
    wait = min(written, max(facts.patience(written), failover), max(LONGEST_S, failover))
    return ForeignAlert(file, rule["alert"], mark, written, wait, tuple(sorted(reads(str(rule["expr"])))))


def reads(expression: str) -> frozenset[str]:
    """Names of the series that any expression selects: identifiers that are no function, keyword or label."""
    named = frozenset(_NAMED.findall(expression))
    bare = _AWAY.sub(" ", re.sub(r"\{[^}]*\}", " ", _TEXT.sub("", expression)))
    found = frozenset(name for name in _IDENTIFIER.findall(bare) if name.lower() not in _KEYWORDS)
    return found | named
