"""Feature: what one configurable thing brings along: its view, its objects, its rules.

A feature is one room; this is the door all rooms share. What must not come in: any particular feature.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from redismanifests.core.findings import Change, Finding, FindingKind, Path, Severity


class Fault(NamedTuple):
    """What a rule found at one place of the profile; the rule adds code, name and severity."""

    path: Path
    fact: str
    fix: str
    at_key: bool = False
    change: Change | None = None
    """What `check --fix` would do; only where the fix is certain."""


Check = Callable[[Any], Iterator[Fault]]
"""Answers from the whole profile; never raises, prints or stops another."""


class Rule(NamedTuple):
    """A way in which values that are each well formed do not fit together.

    The name is the fault, readable as "allow NAME"; the docstring of the check says what is wrong and why it hurts,
    and holds a Bad and a Good fence: it is `explain`, the documentation page and the test.
    """

    code: str
    name: str
    severity: Severity
    check: Check
    text: str
    waivable: bool = True
    """Whether a profile may waive it: not where it says that something cannot work at all."""

    def findings(self, profile: Any, source: Any) -> Iterator[Finding]:
        """Every fault of ``profile`` under this rule, placed in ``source``."""
        kind = FindingKind(self.code, self.name, self.severity)
        for fault in self.check(profile):
            changes = (fault.change,) if fault.change else ()
            yield kind.at(source, fault.path, fault.fact, fault.fix, at_key=fault.at_key, changes=changes)


def rule(code: str, severity: Severity, *, waivable: bool = True) -> Callable[[Check], Rule]:
    """Make a rule of a check: named after the function, explained by its docstring."""

    def made(check: Check) -> Rule:
        return Rule(code, _name(check), severity, check, inspect.cleandoc(check.__doc__ or ""), waivable)

    return made


SharedCheck = Callable[[Sequence[Any]], Iterator[tuple[int, Fault]]]
"""Answers from all profiles of a run: whose number (in the order given) it is, and what is wrong there."""


class SharedRule(NamedTuple):
    """A way in which profiles that are each right do not fit beside each other; else like a Rule."""

    code: str
    name: str
    severity: Severity
    check: SharedCheck
    text: str

    def findings(self, profiles: Sequence[Any], sources: Sequence[Any]) -> Iterator[Finding]:
        """Every fault under this rule, each placed in the source of its profile."""
        kind = FindingKind(self.code, self.name, self.severity)
        for number, fault in self.check(profiles):
            yield kind.at(sources[number], fault.path, fault.fact, fault.fix, at_key=fault.at_key)


def shared_rule(code: str, severity: Severity) -> Callable[[SharedCheck], SharedRule]:
    """Make a rule over several profiles of a check, as `rule` does."""

    def made(check: SharedCheck) -> SharedRule:
        return SharedRule(code, _name(check), severity, check, inspect.cleandoc(check.__doc__ or ""))

    return made


def _name(check: Callable[..., object]) -> str:
    return check.__name__.replace("_", "-")


class ObjectTemplate(NamedTuple):
    """One Kubernetes object to render: its file in the folder, its template, the facts only it has."""

    file: str
    template: str
    facts: Mapping[str, object] = MappingProxyType({})
    config: str = ""
    """Component whose ConfigMap it mounts, where it does: the template sees it as `config`."""


class ConfigTemplate(NamedTuple):
    """A ConfigMap to render: its key in `configs`, and the files it holds, each from a template or byte for byte."""

    component: str
    name: str
    file: str
    template: str
    texts: Mapping[str, str]
    """Name of the file in the ConfigMap -> path under templates/; what ends in `.j2` is rendered."""
    facts: Mapping[str, object] = MappingProxyType({})


class Feature(NamedTuple):
    """One room of the house: the facts its templates may print, its objects, its rules."""

    name: str
    view: Callable[[Any], object] | None = None
    objects: Callable[[Any], Iterator[ObjectTemplate]] | None = None
    configs: Callable[[Any], Iterator[ConfigTemplate]] | None = None
    rules: tuple[Rule, ...] = ()
    shared_rules: tuple[SharedRule, ...] = ()
