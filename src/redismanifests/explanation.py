"""Explanation: every code a finding can have, in words.

Rules explain themselves; here stand the findings that are no rule. What must not come in: new rules.
"""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple

from redismanifests.against.explanation import TEXTS as UPDATES
from redismanifests.core import findings
from redismanifests.core.source import printable
from redismanifests.errors import RedismanifestsError
from redismanifests.manifests.index import MANIFEST_RULES
from redismanifests.rules import RULES, SHARED_RULES


class Explanation(NamedTuple):
    """A code, its name, how bad it is, and what a person should know."""

    code: str
    name: str
    severity: findings.Severity
    text: str
    waivable: bool
    """Whether a profile may waive it with a reason."""


def explanations() -> tuple[Explanation, ...]:
    """Everything that can be explained, by code."""
    rules = (Explanation(r.code, r.name, r.severity, r.text, r.waivable) for r in RULES)
    over_objects = (
        Explanation(r.code, r.name, r.severity, r.text, waivable=r.severity is not findings.Severity.ERROR)
        for r in MANIFEST_RULES
    )
    # A profile alone cannot tell whether such a waiver is used: --ignore is for them.
    shared = (Explanation(r.code, r.name, r.severity, r.text, waivable=False) for r in SHARED_RULES)
    return tuple(sorted((*_OTHERS, *rules, *over_objects, *shared), key=lambda item: item.code))


def named(wanted: str) -> tuple[Explanation, ...]:
    """What a code (RM012), a name (quorum-of-all-sentinels) or the beginning of codes (RM01) stands for.

    Raises RedismanifestsError, with the nearest that there is, where it stands for nothing.
    """
    known = explanations()
    code = wanted.upper() if re.fullmatch(r"RM\d*", wanted, re.IGNORECASE) else None
    found = tuple(
        item for item in known if (item.code.startswith(code) if code else wanted.lower() == item.name)
    )
    if found:
        return found
    from difflib import get_close_matches  # noqa: PLC0415 (only where a name is wrong)

    neighbours = [item.code for item in known if code and item.code.startswith(code[:4])]
    near = neighbours or get_close_matches(wanted.lower(), [item.name for item in known], n=1)
    fix = f"did you mean {' or '.join(near[:3])}?" if near else "redismanifests explain lists all"
    raise RedismanifestsError(f"there is no finding {printable(wanted)}", fix)


_SOURCES = (
    ("RM001", "YAML 1.2.2; docs/profile.md"),
    ("RM007", "docs/check.md"),
    ("RM090", "Kubernetes docs, concepts: labels and selectors, Services, volumes, ConfigMaps"),
    ("RM091", "the OpenAPI schemas of Kubernetes 1.25 to 1.37 (tools/make_schemas.py)"),
    ("RM100", "Kubernetes, plugin/pkg/admission/limitranger/admission.go; docs/admission.md"),
    ("RM107", "Kubernetes, apiserver/pkg/admission/plugin/resourcequota/controller.go; docs/admission.md"),
    ("RM120", "Kubernetes docs, Pod Security Standards; k8s.io/pod-security-admission; docs/admission.md"),
    ("RM186", "docs/probes.md; docs/report.md"),
)
"""Where it is known from, by the first code that it holds for."""


def _explained(kind: findings.FindingKind, text: str, *, waivable: bool = True) -> Explanation:
    # What is no rule is a fact: what cannot be read, or what the API server refuses, no reason makes work.
    source = next(source for first, source in reversed(_SOURCES) if kind.code >= first)
    text = text if "\nSource: " in text else f"{text}\n\nSource: {source}."
    return Explanation(*kind, text, waivable=waivable and kind.severity is not findings.Severity.ERROR)


_OTHERS = (
    _explained(
        findings.UNREADABLE_FILE,
        "The file is missing, is a directory, may not be read, is too large, or is not UTF-8.",
    ),
    _explained(
        findings.MALFORMED_YAML,
        "The text is not one document of YAML 1.2.\n\nTabs cannot indent. Tags and merge keys (<<) have no meaning in "
        "a profile; aliases do, within bounds.",
    ),
    _explained(
        findings.UNKNOWN_KEY,
        "A key that no setting has.\n\nKubernetes and Helm ignore such keys, so a typing error silently becomes a "
        "default. Here it is refused, with the key that was probably meant.",
    ),
    _explained(
        findings.INVALID_VALUE,
        "The value is not of the setting's type, or outside of its range. `schema` lists them.",
    ),
    _explained(
        findings.MISSING_KEY, "A setting without a default: name, namespace, and the parts of a list item."
    ),
    _explained(
        findings.DUPLICATE_KEY,
        "A key stands twice in one mapping. Most readers keep the last one and say nothing.",
    ),
    _explained(
        findings.UNUSED_WAIVER,
        "A waiver for which there is nothing to waive.\n\nThe finding is gone, or stands elsewhere. Left in the "
        "profile, the waiver would hide the next one that nobody has decided about.",
        waivable=False,
    ),
    _explained(
        findings.EXPIRED_WAIVER,
        "The last day of a waiver is over: what it waived counts again.\n\nOnly `check` and `plan` look at the day. "
        "What `render` writes does not depend on it, so that a folder made yesterday is made the same today.",
        waivable=False,
    ),
    _explained(
        findings.IMPOSSIBLE_WAIVER,
        "A waiver names no finding that there is, several at once, or one that cannot be waived.\n\nA judgement can be "
        "waived, a fact cannot: what cannot be read, what the API server refuses and what cannot work at all does not "
        "work for a good reason either.",
    ),
    _explained(
        findings.BROKEN_REFERENCE,
        "The rendered objects refer to something that is not there, or claim one name, port or volume twice.",
    ),
    _explained(
        findings.REFUSED_BY_SCHEMA,
        "A rendered object is not legal in the schema of the chosen Kubernetes version, unknown fields included.",
    ),
    _explained(
        findings.INVALID_LIMIT_RANGE,
        "The LimitRange file is not what the API server would accept, so nothing can be judged by it.",
    ),
    _explained(
        findings.BELOW_MINIMUM,
        "A container, pod or claim asks for less than the namespace's LimitRange demands, after its defaults.\n\n"
        "The API server refuses the pod; the StatefulSet then stays at zero pods, and only its events say why.",
    ),
    _explained(
        findings.ABOVE_MAXIMUM,
        "A container, pod or claim asks for more than the namespace's LimitRange allows, after its defaults. A limit "
        "that is missing counts as too large.",
    ),
    _explained(
        findings.ABOVE_RATIO,
        "Limit and request are further apart than the LimitRange's maxLimitRequestRatio, after its defaults.",
    ),
    _explained(
        findings.ABOVE_DEFAULTED_LIMIT,
        "The profile sets a request and no limit, the LimitRange's default becomes the limit, and the request is above "
        "it: the API server refuses the pod.",
    ),
    _explained(
        findings.FOREIGN_LIMITS,
        "The LimitRange file says that it comes from another namespace than the profile's.",
    ),
    _explained(
        findings.DISAGREEING_LIMITS,
        "Two LimitRanges of the namespace have different defaults for one resource. The API server takes them in no "
        "fixed order, so what a pod gets is chance.",
    ),
    _explained(
        findings.SEALED_SECRET_DOES_NOT_FIT,
        "The file that auth.sealedSecret names would not make the Secret that the pods mount.\n\nA sealed value is "
        "bound to the name and the namespace that it was sealed for, and its keys are the users that log in: with "
        "another one, or one too few, the pods wait for ever. A plain Secret in its place would put readable passwords "
        "into git.\n\nSource: https://github.com/bitnami-labs/sealed-secrets#scopes; docs/auth.md.",
    ),
    _explained(
        findings.INVALID_RESOURCE_QUOTA,
        "The ResourceQuota file is not what the API server would accept, so nothing can be judged by it.\n\nMost "
        "often a resource has no such name (`limits.memory`, not `memory.limits`), or a scope stands over a "
        "resource that it cannot count.",
    ),
    _explained(
        findings.ABOVE_QUOTA,
        "The deployment asks for more than a ResourceQuota of the namespace allows, even if nobody else used any "
        "of it.\n\nSums are over all pods, claims, Services and other objects that the rendered folder brings, "
        "after the namespace's defaults: the API server admits some of them and refuses the rest, so the "
        "StatefulSet stays short of pods and only its events say why. A rolling update needs no more than that, "
        "because a pod of a StatefulSet is made anew only after the old one of its name is gone; while the old "
        "one terminates, it still counts.",
    ),
    _explained(
        findings.ABOVE_LEFT,
        "The deployment asks for more than the others in the namespace have left of a ResourceQuota.\n\nWhat is "
        "used stands in the status of the quota, as `kubectl get resourcequota -o yaml` prints it; a file "
        "without a status means that nothing is.",
    ),
    _explained(
        findings.PERHAPS_ABOVE_LEFT,
        "The deployment asks for more than is left of a ResourceQuota, but what is used may be this deployment "
        "itself: of everything that the quotas count, at least as much is used as it asks for.\n\nA file that "
        "was fetched after the deployment was applied cannot tell. If it is not there yet, its pods will be "
        "refused.",
    ),
    _explained(
        findings.UNSPECIFIED_UNDER_QUOTA,
        "A ResourceQuota counts requests or limits of cpu or memory, and a container says nothing of it: the API "
        "server refuses every such pod (`must specify limits.cpu`).\n\nA LimitRange with a default fills it in; "
        "otherwise the profile must say it. Kubernetes asks this of cpu and memory only.",
    ),
    _explained(
        findings.QUOTA_STOPS_ROLLOUTS,
        "The deployment stands, but a ResourceQuota leaves no room for what later rollouts need: a StatefulSet "
        "keeps the revisions of its past (ten where it does not say) and makes one more for each change.",
    ),
    _explained(
        findings.CLASS_UNKNOWN_TO_QUOTA,
        "A ResourceQuota counts the claims of one storage class, and the profile leaves the class to the "
        "cluster: whether the quota applies cannot be known here.",
    ),
    _explained(
        findings.INVALID_POD_SECURITY_LABEL,
        "A label of the Namespace that begins with pod-security.kubernetes.io/ names no level, no version, or nothing "
        "that Pod Security reads. The API server refuses such a Namespace, or ignores the label without a word.",
    ),
    _explained(
        findings.POD_SECURITY_REFUSES,
        "A rendered pod breaks a control of the Pod Security level that the namespace enforces.\n\n"
        "The API server takes the StatefulSet and refuses its pods; it stays at zero pods, and only its events say "
        "why. The level and its version come from the Namespace that is rendered, and from one in a file of `limits` "
        "(`kubectl get namespace NAME -o yaml`).",
    ),
    _explained(
        findings.POD_SECURITY_WARNS,
        "A rendered pod breaks a control of the Pod Security level that the namespace warns of: it runs, and whoever "
        "applies it reads a warning. Often it announces the level that will be enforced next.",
    ),
    _explained(
        findings.POD_SECURITY_AUDITS,
        "A rendered pod breaks a control of the Pod Security level that the namespace audits: it runs, and every "
        "creation is marked in the audit log of the cluster.",
    ),
    *(_explained(kind, inspect.cleandoc(text), waivable=False) for kind, text in UPDATES),
    _explained(
        findings.UNKNOWN_PROOF,
        "A requirement of the profile names a probe that there is not, so nothing could ever show that it is met.",
    ),
)
