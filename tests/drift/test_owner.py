"""Owner: who wrote a field, where several programs own something of it."""

from __future__ import annotations

from typing import Any

from redismanifests.prove.drift.owner import owners

COMMAND = ("spec", "readinessProbe", "exec", "command")


def _live(*entries: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    fields = [
        {"manager": manager, "time": time, "fieldsV1": {"f:spec": {"f:readinessProbe": probe}}}
        for manager, time, probe in entries
    ]
    return {"metadata": {"managedFields": fields}}


APPLY = ("kubectl-client-side-apply", "2026-11-28T02:21:38Z", {".": {}, "f:exec": {}, "f:periodSeconds": {}})
"""As kube-apiserver 1.32.13 left it after PATCH, below, took the command: it still owns what holds the command."""
PATCH = ("kubectl-patch", "2026-11-28T02:21:38Z", {"f:exec": {"f:command": {}}})


def test_who_took_a_field_is_its_owner_within_the_same_second() -> None:
    for order in ((APPLY, PATCH), (PATCH, APPLY)):
        assert [each.manager for each in owners(_live(*order), COMMAND)] == [PATCH[0], APPLY[0]]


def test_who_owns_the_field_itself_comes_before_who_wrote_later_beside_it() -> None:
    later = (APPLY[0], "2026-11-28T03:00:00Z", APPLY[2])
    assert owners(_live(later, PATCH), COMMAND)[0].manager == PATCH[0]


def test_of_two_who_own_the_same_the_later_one_is_told() -> None:
    later = ("flux", "2026-11-28T03:00:00Z", PATCH[2])
    assert [each.manager for each in owners(_live(PATCH, later), COMMAND)] == ["flux", PATCH[0]]


def test_who_owns_another_field_owns_nothing_of_this_one() -> None:
    assert owners(_live(("kubectl-edit", "2026-11-28T03:00:00Z", {"f:periodSeconds": {}})), COMMAND) == ()
