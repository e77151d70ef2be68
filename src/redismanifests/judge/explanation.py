"""Explanation: the text of every code. Rules and kinds of findings have their own text."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity
from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.core.sources.source import printable
from redismanifests.errors import RedismanifestsError
from redismanifests.judge import judges
from redismanifests.judge.check_codes import CHECK_CODES
from redismanifests.judge.objects.index import MANIFEST_RULES
from redismanifests.judge.rules import RULES, SHARED_RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


_TOPICS = {"sources": "profile", "form": "profile", "waivers": "waiver", "case": "namespace"}
"""Of places that are not named after their topic."""
_CODE = pattern(r"RM\d*", re.IGNORECASE)


class Explanation(NamedTuple):
    """A code, its name, how bad it is, and what a person should know."""

    code: str
    name: str
    severity: Severity
    text: str
    waivable: bool
    """Whether a profile may waive it with a reason."""
    topic: str
    """What it is about: a feature, or who finds it (`namespace`, `update`, `objects`)."""


def explanations() -> tuple[Explanation, ...]:
    """Everything that can be explained, by code."""
    return tuple(sorted((*_rules(), *_kinds()), key=lambda item: item.code))


def named(wanted: str) -> tuple[Explanation, ...]:
    """Findings matching a code (RM012), a name (quorum-of-all-sentinels) or a code prefix (RM01).

    Raises RedismanifestsError, with the most similar one, if nothing matches.
    """
    code = wanted.upper() if _CODE.fullmatch(wanted) else None
    # Most waivers name a rule: the other judges are imported for nothing then.
    if exact := [item for item in _rules() if wanted.lower() == item.name or code == item.code]:
        return tuple(exact)
    known = explanations()
    found = tuple(
        item for item in known if (item.code.startswith(code) if code else wanted.lower() == item.name)
    )
    if found:
        return found
    from difflib import get_close_matches  # noqa: PLC0415 (only where a name is wrong)

    neighbours = [item.code for item in known if code and item.code.startswith(code[:4])]
    near = neighbours or get_close_matches(wanted.lower(), [item.name for item in known], n=1)
    fix = f"did you mean {' or '.join(near[:3])}?" if near else "redismanifests explain lists the topics"
    raise RedismanifestsError(f"there is no finding {printable(wanted)}", fix)


def is_code_or_name(wanted: str) -> bool:
    """Whether ``wanted`` can only mean a code, or is the name of a finding."""
    return bool(_CODE.fullmatch(wanted)) or any(wanted.lower() == item.name for item in explanations())


def about(word: str) -> tuple[Explanation, ...]:
    """The findings of the topic ``word``, and those with it in their name or first sentence.

    Raises RedismanifestsError where there is none, and for a live check or what is almost the name of an alert.
    """
    lower = word.lower()
    known = explanations()
    found = tuple(
        item
        for item in known
        if lower == item.topic or lower in f"{item.name} {item.text.splitlines()[0].lower()}"
    )
    if found:
        return found
    if word.upper() in CHECK_CODES:
        raise RedismanifestsError(
            f"{word.upper()} is a live check", "docs/probes.md says what to do where it fails"
        )
    from difflib import get_close_matches  # noqa: PLC0415 (only where a name is wrong)

    from redismanifests.features.alerts.index import ALERTS  # noqa: PLC0415 (as above)

    alerts = {alert.name.lower(): alert.name for alert in ALERTS}
    if near := get_close_matches(lower, alerts, n=1, cutoff=0.8):
        raise RedismanifestsError(f"there is no alert {printable(word)}", f"did you mean {alerts[near[0]]}?")
    return named(word)


def _rules() -> Iterator[Explanation]:
    for rule in RULES:
        yield Explanation(
            rule.code, rule.name, rule.severity, rule.text, rule.waivable, _topic(_module(rule.check))
        )
    for over in MANIFEST_RULES:
        waivable = over.severity is not Severity.ERROR
        yield Explanation(over.code, over.name, over.severity, over.text, waivable, "objects")
    # A profile alone does not show whether such a waiver is used: use --ignore for them.
    for shared in SHARED_RULES:
        about = _topic(_module(shared.check))
        yield Explanation(shared.code, shared.name, shared.severity, shared.text, waivable=False, topic=about)


def _kinds() -> Iterable[Explanation]:
    for module, kind in judges.kinds():
        # What is no rule is a fact: what cannot be read, or what the API server refuses, no reason makes work.
        waivable = kind.waivable and kind.severity is not Severity.ERROR
        text = inspect.cleandoc(kind.text)
        yield Explanation(kind.code, kind.name, kind.severity, text, waivable, _topic(module))


def _topic(module: str) -> str:
    """``features.network_policy.rules``: network-policy."""
    place = module.split(".")[1]
    return _TOPICS.get(place, place.replace("_", "-"))


def _module(check: Callable[..., object]) -> str:
    return check.__module__.removeprefix("redismanifests.")
