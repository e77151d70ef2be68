"""Namespace: what a namespace allows compared with what a deployment requests."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from redismanifests.present.document import Document, Lines, Paragraph, Section
from redismanifests.present.document import Table as Grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.values.quantity import Quantity
    from redismanifests.judge.namespace.table import Bound, Sum, Table
    from redismanifests.present.document import Block

COMMAND = "kubectl get limitrange,resourcequota -n {} -o yaml"


def namespace(table: Table) -> Document:
    """A table for each LimitRange and each quota and one for Pod Security; what does not fit is marked."""
    title = f"namespace {table.namespace} against deployment {table.deployment}"
    grids = list(_grids(table))
    return Document(title=title, screen=[Lines([title]), *grids], blocks=grids, data=namespace_data(table))


def beside(document: Document, key: str, tables: Sequence[Table]) -> Document:
    """``document`` with the tables of namespaces below it; its data under ``key``, theirs under `namespaces`."""
    found = [namespace(table) for table in tables]
    return document._replace(
        screen=[*document.screen, *(block for each in found for block in each.screen)],
        blocks=[*document.page, *(Section(each.title, each.blocks) for each in found)],
        data={key: document.data, "namespaces": [each.data for each in found]},
    )


def namespace_data(table: Table) -> dict[str, object]:
    """The same for scripts; quantities as Kubernetes writes them, null where there is none."""
    return {
        "namespace": table.namespace,
        "deployment": table.deployment,
        "fits": table.fits,
        "limitRanges": [
            {
                "limitRange": each.limit_range,
                "subject": each.subject,
                "resource": each.resource,
                "request": _plain(each.request),
                "limit": _plain(each.limit),
                "atLeast": _plain(each.at_least),
                "atMost": _plain(each.at_most),
                "maxLimitRequestRatio": _plain(each.ratio),
                "left": _plain(each.left),
                "fits": each.fits,
            }
            for each in table.bounds
        ],
        "resourceQuotas": [
            {
                "quota": each.quota,
                "resource": each.resource,
                "asked": str(each.asked),
                "peak": str(each.peak),
                "used": str(each.used),
                "allowed": str(each.allowed),
                "left": str(each.left),
                "fits": each.fits,
            }
            for each in table.sums
        ],
        "usedMayBeThisDeployment": table.perhaps_counted,
        "podSecurity": [each._asdict() | {"demanded": each.demanded or None} for each in table.levels],
    }


def _grids(table: Table) -> Iterator[Block]:
    for name, bounds in groupby(table.bounds, key=lambda each: each.limit_range):
        found = list(bounds)
        head = (f"LimitRange {name}", "resource", "request", "limit", "at least", "at most", "left")
        yield Grid(head, [_bound(each) for each in found], 2, _marks(found))
    for name, sums in groupby(table.sums, key=lambda each: each.quota):
        yield _sums(name, list(sums))
    if not table.bounds and not table.sums:
        yield Paragraph(f"no limits and no quotas are known: {COMMAND.format(table.namespace)}")
    levels = [(each.mode, each.needed, each.demanded or "unknown") for each in table.levels]
    yield Grid(
        ("Pod Security", "the pods meet", "the namespace requires"), levels, marks=_marks(table.levels)
    )
    if not all(each.demanded for each in table.levels):
        yield Paragraph(f"the Namespace is not known: kubectl get namespace {table.namespace} -o yaml")
    if table.perhaps_counted:
        yield Paragraph("What is used may be this very deployment: then as much is left as the quotas say.")


def _marks(found: Sequence[Any]) -> list[bool]:
    return [not each.fits for each in found]


def _bound(bound: Bound) -> tuple[str, ...]:
    at_most = [str(bound.at_most)] if bound.at_most else []
    at_most += [f"{bound.ratio} x request"] if bound.ratio else []
    cells = (bound.request, bound.limit, bound.at_least, " and ".join(at_most), bound.left)
    return (bound.subject, bound.resource, *map(_shown, cells))


def _sums(name: str, sums: Sequence[Sum]) -> Grid:
    """The column of rollouts only where they request more."""
    later = any(each.peak != each.asked for each in sums)
    head = (
        f"ResourceQuota {name}",
        "requested",
        *(["with rollouts"] if later else []),
        "used",
        "allowed",
        "left",
    )
    rows = [
        (s.resource, *map(str, (s.asked, *([s.peak] if later else []), s.used, s.allowed, s.left)))
        for s in sums
    ]
    return Grid(head, rows, 1, _marks(sums))


def _shown(value: Quantity | str | None) -> str:
    return "-" if value is None or value == "" else str(value)


def _plain(value: Quantity | None) -> str | None:
    return None if value is None else str(value)
