"""Every integer of a profile has both bounds, and they fit the type that Kubernetes stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.profile.json_schema import profile_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

INT32 = 2**31 - 1
"""Of replicas, ports, thresholds, seconds and users; the few fields of 64 bits are bounded by it as well."""


def _integers(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if node.get("type") == "integer" and "const" not in node:
            yield path, node
        for key, value in node.items():
            yield from _integers(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _integers(value, f"{path}/{index}")


FOUND = dict(_integers(profile_schema()))


def test_there_are_integers() -> None:
    assert len(FOUND) >= 20


def test_no_integer_is_without_a_bound_that_its_type_can_hold() -> None:
    wrong = {
        path: node
        for path, node in FOUND.items()
        if not 0 <= node.get("minimum", -1) <= node.get("maximum", INT32 + 1) <= INT32
    }
    assert wrong == {}
