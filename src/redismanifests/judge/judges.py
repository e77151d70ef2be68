"""Judges: every module that finds something in a profile or in what it gives, in one list.

A judge is a module with ``findings(case)``. The kinds of its findings (`FindingKind`) are in it with their text.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from redismanifests.core.findings import FindingKind
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from redismanifests.core.findings import Finding
    from redismanifests.judge.case.case import Case


def _always(case: Case) -> bool:
    return True


class _Module(Protocol):
    def findings(self, case: Case) -> Iterable[Finding]: ...


class Judge(NamedTuple):
    """A module below ``redismanifests``, and the cases that it has something to say about."""

    module: str
    applies: Callable[[Case], bool] = _always
    """Decided before the module is imported: most profiles need few of them."""

    def findings(self, case: Case) -> Iterable[Finding]:
        """What it finds; nothing where it does not apply."""
        return cast("_Module", _imported(self.module)).findings(case) if self.applies(case) else ()


def _has_labels(case: Case) -> bool:
    return bool(case.demands.labels) or any(
        item.manifest["kind"] == "Namespace" for item in case.rendering.objects
    )


def _assigns_ids(case: Case) -> bool:
    return case.demands.allotment is not None or case.profile.platform != "kubernetes"


JUDGES = (
    Judge("judge.case.case"),
    Judge("judge.profile.placeholders"),
    Judge("judge.profile.table_age"),
    Judge("judge.profile.proofs", lambda case: bool(case.profile.requirements)),
    Judge("judge.namespace.limits", lambda case: bool(case.demands.limit_ranges)),
    Judge("judge.rules"),
    Judge("judge.namespace.quota", lambda case: bool(case.demands.quotas)),
    Judge("judge.namespace.crowd", lambda case: bool(case.demands.quotas)),
    Judge("judge.namespace.security", _has_labels),
    Judge("judge.namespace.mesh", lambda case: bool(case.demands.injectors)),
    Judge("judge.namespace.identity", _assigns_ids),
    Judge("judge.objects.references"),
    Judge("judge.objects.index"),
    Judge("judge.objects.schema"),
)
"""Judges of a profile, in the order in which they are called. What they find is sorted by place."""

_OTHERS = (
    "core.sources.source",
    "profile.form",
    "judge.case.demands",
    "judge.case.sealed_secret",
    "judge.waivers",
    "judge.update.claim",
    "judge.update.comparison",
    "judge.update.engine",
    "judge.update.identity",
    "judge.update.leaving",
    "judge.update.owner",
    "judge.update.persistence",
    "judge.update.restored",
    "judge.update.scaling",
    "judge.update.transport",
    "judge.migrate.kinds",
)
"""Modules that yield findings before there is a case, or about an update of what is deployed."""


def kinds() -> Iterator[tuple[str, FindingKind]]:
    """Every kind of finding that is no rule, once, with its module; imports all judges."""
    found: dict[str, tuple[str, FindingKind]] = {}
    for name in (*(judge.module for judge in JUDGES), *_OTHERS):
        for value in vars(_imported(name)).values():
            if isinstance(value, FindingKind):
                found.setdefault(value.code, (name, value))
    yield from found.values()


@cache
def _imported(name: str) -> object:
    return import_module(f"redismanifests.{name}")
