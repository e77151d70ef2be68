"""Namespace: what a namespace allows against what a deployment asks for, as tables for people or as JSON.

What must not come in: printing, and who is right.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.quantity import Quantity
    from redismanifests.namespace_table import Bound, Sum, Table

Row = tuple[bool, tuple[str, ...]]
"""Whether it fits, and its cells."""

COMMAND = "kubectl get limitrange,resourcequota -n {} -o yaml"


def namespace_text(table: Table, *, colour: bool = False) -> str:
    """A chapter for each LimitRange and each quota and one for Pod Security; ``!`` begins what does not fit."""
    chapters = [f"namespace {table.namespace} against deployment {table.deployment}\n"]
    for name, bounds in groupby(table.bounds, key=lambda each: each.limit_range):
        head = (f"LimitRange {name}", "resource", "request", "limit", "at least", "at most", "left")
        chapters.append(_grid(head, [_bound(each) for each in bounds], 2, colour))
    for name, sums in groupby(table.sums, key=lambda each: each.quota):
        chapters.append(_sums_text(name, list(sums), colour))
    if not table.bounds and not table.sums:
        chapters.append(f"no limits and no quotas are known: {COMMAND.format(table.namespace)}\n")
    levels = [(each.fits, (each.mode, each.needed, each.demanded)) for each in table.levels]
    chapters.append(_grid(("Pod Security", "the pods hold to", "the namespace demands"), levels, 3, colour))
    if table.perhaps_counted:
        chapters.append("What is used may be this very deployment: then as much is left as the quotas say.\n")
    return "\n".join(chapters)


def namespace_json(table: Table) -> dict[str, Any]:
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
        "podSecurity": [each._asdict() for each in table.levels],
    }


def beside_json(key: str, listed: str, tables: Sequence[Table]) -> str:
    """One document: the JSON list ``listed`` under ``key``, and the tables under `namespaces`."""
    document = {key: json.loads(listed), "namespaces": [namespace_json(table) for table in tables]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _bound(bound: Bound) -> Row:
    at_most = [str(bound.at_most)] if bound.at_most else []
    at_most += [f"{bound.ratio} x request"] if bound.ratio else []
    cells = (bound.request, bound.limit, bound.at_least, " and ".join(at_most), bound.left)
    return bound.fits, (bound.subject, bound.resource, *map(_shown, cells))


def _sums_text(name: str, sums: Sequence[Sum], colour: bool) -> str:
    """The column of rollouts only where they ask for more."""
    later = any(each.peak != each.asked for each in sums)
    head = (
        f"ResourceQuota {name}",
        "asked",
        *(("with rollouts",) if later else ()),
        "used",
        "allowed",
        "left",
    )
    rows = [
        (
            each.fits,
            (
                each.resource,
                *map(str, (each.asked, *((each.peak,) if later else ()), each.used, each.allowed, each.left)),
            ),
        )
        for each in sums
    ]
    return _grid(head, rows, 1, colour)


def _grid(head: tuple[str, ...], rows: Sequence[Row], texts: int, colour: bool) -> str:
    """Aligned: the first ``texts`` columns to the left, amounts to the right."""
    widths = [max(len(row[at]) for row in (head, *(cells for _, cells in rows))) for at in range(len(head))]
    lines = [f"  {_line(head, widths, texts)}"]
    for fits, cells in rows:
        line = f"{' ' if fits else '!'} {_line(cells, widths, texts)}"
        lines.append(line if fits or not colour else f"\x1b[31m{line}\x1b[0m")
    return "".join(f"{line}\n" for line in lines)


def _line(cells: tuple[str, ...], widths: Sequence[int], texts: int) -> str:
    words = [
        cell.ljust(width) if at < texts else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(words).rstrip()


def _shown(value: Quantity | str | None) -> str:
    return "-" if value is None or value == "" else str(value)


def _plain(value: Quantity | None) -> str | None:
    return None if value is None else str(value)
