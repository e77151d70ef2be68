"""Feature: the parts of one configurable feature: its view, its objects, its rules.

Every feature module exports one `Feature`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, TypeVar

from redismanifests.core.findings import Change, Finding, FindingKind, Path, Severity
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from redismanifests.core.findings import Document
    from redismanifests.core.values.quantity import Quantity

Subject = TypeVar("Subject")
"""What a rule is over: a Profile, or the objects of a deployment."""


class Fault(NamedTuple):
    """What a rule found at one place of the profile; the rule adds code, name and severity."""

    path: Path
    fact: str
    fix: str
    at_key: bool = False
    change: Change | None = None
    """What `check --fix` would do; only where the fix is certain."""
    instead: Quantity | None = None
    """What to write where the fix is to remove an amount, and the namespace would then set one of its own."""


class Default(NamedTuple):
    """What a namespace sets where a profile has no amount, and the most that it admits."""

    limit_range: str
    amount: Quantity
    most: Quantity | None = None
    most_by: str = ""
    """The LimitRange with that maximum."""

    def fix(self, path: Path, wanted: Quantity) -> str:
        """How ``path`` gets ``wanted`` in this namespace."""
        setting = ".".join(str(step) for step in path)
        if self.most is not None and self.most < wanted:
            asked = f"a maximum of {wanted} {path[-1]} for each container"
            return f"ask the owner of the namespace for {asked}: LimitRange {self.most_by} admits {self.most}"
        return f"set {setting} to {wanted}: without a value of yours, LimitRange {self.limit_range} sets {self.amount}"


Check = Callable[[Subject], Iterator[Fault]]
"""Yields what is wrong; never raises, prints or stops another."""


class Rule(NamedTuple, Generic[Subject]):
    """A way in which values that are each well formed do not fit together.

    The name is the fault, readable as "allow NAME"; the docstring of the check says what is wrong and why it hurts,
    and holds a Bad and a Good fence: it is `explain`, the documentation page and the test.
    """

    code: str
    name: str
    severity: Severity
    check: Check[Subject]
    waivable: bool = True
    """Whether a profile may waive it: not where it says that something cannot work at all."""
    unless: str = ""
    """The code of a rule that says the same at a better place: where that one finds something, this one is dropped."""

    @property
    def text(self) -> str:
        """What is wrong, why it hurts, examples and source."""
        return _text(self.check)

    def findings(
        self,
        subject: Subject,
        source: Document | None,
        defaults: Mapping[Path, Default] = MappingProxyType({}),
    ) -> Iterator[Finding]:
        """Every fault of ``subject`` under this rule, placed in ``source``.

        A profile is as its namespace admits it, with ``defaults`` where it has no amount of its own.
        """
        for fault in self.check(subject):
            kind = FindingKind(self.code, self.name, self.severity)
            changes = (fault.change,) if fault.change else ()
            fact, fix = fault.fact, fault.fix
            if (default := defaults.get(fault.path)) is not None:
                if source is None or not source.has(fault.path):
                    fact = f"LimitRange {default.limit_range} sets {default.amount}: {fact}"
                if fault.instead is not None:
                    fix = default.fix(fault.path, fault.instead)
            yield kind.at(source, fault.path, fact, fix, at_key=fault.at_key, changes=changes)


def rule(
    code: str, severity: Severity, *, waivable: bool = True, unless: str = ""
) -> Callable[[Check[Subject]], Rule[Subject]]:
    """Make a rule of a check: named after the function, explained by its docstring."""

    def made(check: Check[Subject]) -> Rule[Subject]:
        return Rule(code, _name(check), severity, check, waivable, unless)

    return made


SharedCheck = Callable[[Sequence[Subject]], Iterator[tuple[int, Fault]]]
"""Answers from all profiles of a run: whose number (in the order given) it is, and what is wrong there."""


class SharedRule(NamedTuple, Generic[Subject]):
    """A way in which profiles that are each right do not fit beside each other; else like a Rule."""

    code: str
    name: str
    severity: Severity
    check: SharedCheck[Subject]

    @property
    def text(self) -> str:
        """As of a rule."""
        return _text(self.check)

    def findings(self, profiles: Sequence[Subject], sources: Sequence[Document]) -> Iterator[Finding]:
        """Every fault under this rule, each placed in the source of its profile."""
        kind = FindingKind(self.code, self.name, self.severity)
        for number, fault in self.check(profiles):
            yield kind.at(sources[number], fault.path, fault.fact, fault.fix, at_key=fault.at_key)


def shared_rule(code: str, severity: Severity) -> Callable[[SharedCheck[Subject]], SharedRule[Subject]]:
    """Make a rule over several profiles of a check, as `rule` does."""

    def made(check: SharedCheck[Subject]) -> SharedRule[Subject]:
        return SharedRule(code, _name(check), severity, check)

    return made


def rules_in(modules: Iterable[ModuleType]) -> tuple[Rule[Subject], ...]:
    """The rules among the values of some modules, by code."""
    found = (value for module in modules for value in vars(module).values() if isinstance(value, Rule))
    return tuple(sorted(found, key=lambda rule: rule.code))


def shared_rules_in(modules: Iterable[ModuleType]) -> tuple[SharedRule[Subject], ...]:
    """As `rules_in`, for rules over several profiles."""
    found = (value for module in modules for value in vars(module).values() if isinstance(value, SharedRule))
    return tuple(sorted(found, key=lambda rule: rule.code))


def _name(check: Callable[..., object]) -> str:
    return check.__name__.replace("_", "-")


def _text(check: Callable[..., object]) -> str:
    # Only `explain` and the documentation read it.
    return inspect.cleandoc(check.__doc__ or "")


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


class Feature(NamedTuple, Generic[Subject]):
    """The facts that templates may print of a feature, its objects and its ConfigMaps."""

    name: str
    view: Callable[[Subject], object] | None = None
    objects: Callable[[Subject], Iterator[ObjectTemplate]] | None = None
    configs: Callable[[Subject], Iterator[ConfigTemplate]] | None = None
