"""Explanation: every code a finding can have, in words.

Rules explain themselves; here stand the findings that are no rule over a profile. What must not come in: new rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from redismanifests.core.findings import Severity
from redismanifests.rules import RULES


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code, its name, how bad it is, and what a person should know."""

    code: str
    name: str
    severity: Severity
    text: str


def explanations() -> tuple[Explanation, ...]:
    """Everything that can be explained, by code."""
    rules = (Explanation(rule.code, rule.name, rule.severity, rule.text) for rule in RULES)
    return tuple(sorted((*_OTHERS, *rules), key=lambda item: item.code))


def _error(code: str, name: str, text: str) -> Explanation:
    return Explanation(code, name, Severity.ERROR, text)


_OTHERS = (
    _error(
        "RM001",
        "unreadable-file",
        "The file is missing, is a directory, may not be read, is too large, or is not UTF-8.",
    ),
    _error(
        "RM002",
        "malformed-yaml",
        "The text is not one document of YAML 1.2.\n\nTabs cannot indent. Tags and merge keys (<<) have no meaning in "
        "a profile; aliases do, within bounds.",
    ),
    _error(
        "RM003",
        "unknown-key",
        "A key that no setting has.\n\nKubernetes and Helm ignore such keys, so a typing error silently becomes a "
        "default. Here it is refused, with the key that was probably meant.",
    ),
    _error(
        "RM004",
        "invalid-value",
        "The value is not of the setting's type, or outside of its range. `schema` lists them.",
    ),
    _error(
        "RM005", "missing-key", "A setting without a default: name, namespace, and the parts of a list item."
    ),
    _error(
        "RM006",
        "duplicate-key",
        "A key stands twice in one mapping. Most readers keep the last one and say nothing.",
    ),
    _error(
        "RM090",
        "objects-do-not-hang-together",
        "The rendered objects refer to something that is not there, or claim one name, port or volume twice.",
    ),
    _error(
        "RM091",
        "refused-by-schema",
        "A rendered object is not legal in the schema of the chosen Kubernetes version, unknown fields included.",
    ),
    _error(
        "RM100",
        "invalid-limit-range",
        "The LimitRange file is not what the API server would accept, so nothing can be judged by it.",
    ),
    _error(
        "RM101",
        "below-namespace-minimum",
        "A container, pod or claim asks for less than the namespace's LimitRange demands, after its defaults.\n\n"
        "The API server refuses the pod; the StatefulSet then stays at zero pods, and only its events say why.",
    ),
    _error(
        "RM102",
        "above-namespace-maximum",
        "A container, pod or claim asks for more than the namespace's LimitRange allows, after its defaults. A limit "
        "that is missing counts as too large.",
    ),
    _error(
        "RM103",
        "above-namespace-ratio",
        "Limit and request are further apart than the LimitRange's maxLimitRequestRatio, after its defaults.",
    ),
    _error(
        "RM104",
        "request-above-defaulted-limit",
        "The profile sets a request and no limit, the LimitRange's default becomes the limit, and the request is above "
        "it: the API server refuses the pod.",
    ),
    Explanation(
        "RM105",
        "limits-of-another-namespace",
        Severity.WARNING,
        "The LimitRange file says that it comes from another namespace than the profile's.",
    ),
    Explanation(
        "RM106",
        "limit-ranges-disagree",
        Severity.NOTE,
        "Two LimitRanges of the namespace have different defaults for one resource. The API server takes them in no "
        "fixed order, so what a pod gets is chance.",
    ),
)
