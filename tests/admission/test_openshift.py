"""What the annotations of an OpenShift namespace allot, and which ids lie outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redismanifests.judge.admission.openshift import (
    GROUPS,
    LABEL,
    LAST_ID,
    USERS,
    Allotment,
    Block,
    read_annotations,
    refused,
    stored_without_ids,
)

if TYPE_CHECKING:
    from redismanifests.judge.admission.manifest import Problem

IDS = st.integers(0, LAST_ID)


def read(annotations: object) -> tuple[Allotment | None, list[Problem]]:
    problems: list[Problem] = []
    return read_annotations({"metadata": {"annotations": annotations}}, (), problems), problems


@given(first=IDS, last=IDS, other=IDS, group_last=IDS)
def test_users_are_a_range_and_the_group_of_volumes_is_the_first_of_the_first_block(
    first: int, last: int, other: int, group_last: int
) -> None:
    first, last = sorted((first, last))
    other, group_last = sorted((other, group_last))
    for users in (f"{first}/{last - first + 1}", f"{first}-{last}"):
        if len(str(last - first + 1)) > 10:
            continue
        assert read({USERS: users}) == (Allotment(Block(first, last), first), [])
        groups = f"{other}-{group_last},5/1"
        assert read({USERS: users, GROUPS: groups}) == (Allotment(Block(first, last), other), [])


@pytest.mark.parametrize(
    "written",
    [
        "",
        "x",
        "5",
        "5/0",
        "5-4",
        "-5/3",
        "1/2/3",
        "1, 2",
        "1 /2",
        "5/",
        "4294967295/1",
        "4294967290/9",
        "9" * 40,
        None,
    ],
)
@pytest.mark.parametrize("key", [USERS, GROUPS])
def test_what_is_no_block_is_told_at_its_annotation(key: str, written: str | None) -> None:
    allotment, problems = read({USERS: "1000680000/10000"} | {key: written})
    assert allotment is None
    assert [each.path for each in problems] == [("metadata", "annotations", key)]


def test_more_than_one_block_is_for_groups_alone() -> None:
    assert read({USERS: "5/1,9/1"})[0] is None
    assert read({USERS: "5/1", GROUPS: "5/1,x"})[0] is None


def test_a_namespace_without_a_range_says_nothing_and_one_without_a_label_gets_no_pods() -> None:
    assert read({}) == read({GROUPS: "5/1"}) == read(None) == (None, [])
    assert read({LABEL: "s0:c26,c15"}) == (None, [])
    assert [each.path[-1] for each in read({LABEL: ""})[1]] == [LABEL]
    assert len(read([])[1]) == 1


@pytest.mark.parametrize(
    ("metadata", "without"),
    [
        ({"uid": "1"}, True),
        ({"uid": "1", "annotations": {"a": "b"}}, True),
        ({"uid": "1", "annotations": None}, True),
        ({"uid": "1", "annotations": {USERS: "5/1"}}, False),
        ({"uid": "1", "annotations": {USERS: "x"}}, False),
        # Written by a person: the cluster adds its annotations later.
        ({"name": "shop"}, False),
        (None, False),
        ([], False),
    ],
)
def test_only_what_a_cluster_has_stored_can_lack_a_range(metadata: object, *, without: bool) -> None:
    assert stored_without_ids({"metadata": metadata}) is without


def pod(**ids: int) -> dict[str, Any]:
    return {"securityContext": ids} if ids else {}


@given(
    user=st.none() | IDS, own=st.none() | IDS, group=st.none() | IDS, first=IDS, size=st.integers(1, 10**6)
)
def test_an_id_is_refused_where_it_is_fixed_and_lies_outside(
    user: int | None, own: int | None, group: int | None, first: int, size: int
) -> None:
    allotment = Allotment(Block(first, first + size - 1), first)
    whole = {key: value for key, value in (("runAsUser", user), ("fsGroup", group)) if value is not None}
    mine = {} if own is None else {"runAsUser": own}
    spec = {"containers": [pod(), pod(**mine)], "initContainers": [pod(**mine)]} | pod(**whole)
    found = refused({"spec": spec}, allotment)
    runs_as = [user, user if own is None else own]
    assert set(found.users) == {id for id in runs_as if id is not None and not first <= id < first + size}
    assert found.groups == (() if group in (None, first) else (group,))
    assert len(set(found.users)) == len(found.users)
