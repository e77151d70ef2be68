"""What a listing of the store leads to: the scripts of the pods and the commands of a person say the same."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from redismanifests.prove.backups.segments import WITHOUT_BASE, chains, spans
from startup.conftest import AWKS, require

LIST = Path(__file__).parents[2] / "templates" / "segments" / "list.sh"
CHAIN = "20261130T120000Z"


def at(minute: int) -> str:
    return f"20261130T12{minute:02d}00Z"


def segment(first: int, minute: int, count: int, role: str = "master", *, short: int = 0) -> str:
    """A segment's file name and, before it, its size; ``short``: so many bytes are missing."""
    return f"{count + 128 - short} %s/{first:015d}-{at(minute)}-{role}-{count}"


def chain(pod: str, minute: int, *segments: str, base: bool = True, described: bool = True) -> list[str]:
    place = f"{pod}/{at(minute)}"
    files = [each % place for each in segments]
    return files + [f"500 {place}/base"] * base + [f"200 {place}/manifest.json"] * described


def shell(text: str, lines: list[str], awk: str = "busybox") -> list[str]:
    """A pipeline of the functions of list.sh, with one awk or the other."""
    require(awk)
    program = f'awk() {{ {" ".join(AWKS[awk])} "$@"; }}; . "$1"; {text}'
    done = subprocess.run(
        ["dash", "-c", program, "sh", LIST], input="\n".join(sorted(lines, key=lambda e: e.split()[1])),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("awk", AWKS)
def test_a_chain_leads_as_far_as_its_stream_has_no_hole(awk: str) -> None:
    listed = chain("redis-0", 0, segment(0, 1, 10), segment(10, 2, 0), segment(10, 3, 5), segment(20, 5, 1))
    assert shell("walk | spans", listed, awk) == [f"{at(0)} {at(3)}"]
    assert shell("walk", listed, awk)[-1].endswith("gap")
    (only,) = chains(listed)
    assert (only.until, only.problem) == (at(3), f"a segment is missing after {at(3)}")


@pytest.mark.parametrize("awk", AWKS)
def test_an_upload_that_did_not_end_is_no_segment_and_its_second_try_is_one(awk: str) -> None:
    listed = chain("redis-0", 0, segment(0, 1, 10, short=1), segment(0, 2, 12), segment(12, 3, 1))
    assert shell("walk | spans", listed, awk) == [f"{at(0)} {at(3)}"]


@pytest.mark.parametrize("awk", AWKS)
def test_an_upload_of_which_the_pod_did_not_hear_overlaps_the_next_one(awk: str) -> None:
    listed = chain("redis-0", 0, segment(0, 1, 10), segment(0, 2, 12), segment(12, 3, 1))
    assert shell("walk | spans", listed, awk) == [f"{at(0)} {at(3)}"]
    assert spans(chains(listed)) == ((at(0), at(3)),)


@pytest.mark.parametrize("awk", AWKS)
def test_without_base_or_description_it_leads_nowhere(awk: str) -> None:
    listed = chain("redis-0", 0, segment(0, 1, 1), base=False)
    listed += chain("redis-1", 0, segment(0, 1, 1), described=False)
    assert shell("walk | spans", listed, awk) == []
    assert shell(f"walk | leading_to {at(0)}", listed, awk) == []
    assert spans(chains(listed)) == ()


@pytest.mark.parametrize("awk", AWKS)
def test_the_master_of_the_moment_is_asked_before_a_replica(awk: str) -> None:
    # redis-0 is master until minute 3, redis-1 from then on.
    old = segment(0, 3, 30, "master"), segment(30, 9, 1, "replica")
    new = segment(0, 3, 30, "replica"), segment(30, 9, 1, "master")
    listed = (
        chain("redis-0", 0, *old)
        + chain("redis-1", 0, *new)
        + chain("redis-2", 0, segment(0, 9, 1, "replica"))
    )
    first = {minute: shell(f"walk | leading_to {at(minute)}", listed, awk)[0] for minute in (0, 2, 3, 4, 9)}
    assert first == {minute: f"redis-{0 if minute <= 3 else 1} {at(0)}" for minute in (0, 2, 3, 4, 9)}


@pytest.mark.parametrize("awk", AWKS)
def test_of_two_masters_the_one_that_became_it_last_is_asked(awk: str) -> None:
    cut_off = segment(0, 1, 5, "master"), segment(5, 5, 5, "master")
    promoted = segment(0, 2, 5, "replica"), segment(5, 5, 5, "master")
    listed = chain("redis-2", 0, *cut_off) + chain("redis-0", 0, *promoted)
    assert shell(f"walk | leading_to {at(4)}", listed, awk) == [f"redis-0 {at(0)}", f"redis-2 {at(0)}"]


@pytest.mark.parametrize("awk", AWKS)
def test_no_chain_leads_to_a_moment_before_it_begins_or_after_it_ends(awk: str) -> None:
    listed = chain("redis-0", 5, segment(0, 5, 0), segment(0, 7, 3))
    answers = {m: bool(shell(f"walk | leading_to {at(m)}", listed, awk)) for m in (4, 5, 6, 7, 8)}
    assert answers == {4: False, 5: True, 6: True, 7: True, 8: False}


_SEGMENTS = st.lists(
    st.builds(
        segment,
        st.integers(0, 6),
        st.integers(20, 29),
        st.integers(0, 4),
        st.sampled_from(("master", "replica")),
        short=st.sampled_from((0, 0, 0, 1)),
    ),
    max_size=8,
    unique_by=lambda text: text.partition("/")[2],
)
_CHAINS = st.dictionaries(
    st.tuples(st.sampled_from(("redis-0", "redis-1")), st.integers(10, 19)),
    st.tuples(_SEGMENTS, st.booleans(), st.booleans()),
    min_size=8,
    max_size=20,
)


@settings(max_examples=8, phases=(Phase.generate,))
@given(found=_CHAINS)
def test_scripts_and_commands_read_any_listing_alike(
    found: dict[tuple[str, int], tuple[list[str], bool, bool]],
) -> None:
    listed = [
        line
        for (pod, minute), (segments, base, described) in found.items()
        for line in chain(pod, minute, *segments, base=base, described=described)
    ]
    known = chains(listed)
    states = {"": "whole", WITHOUT_BASE: "without-base"}
    expected = [
        f"chain {each.pod} {each.id} {each.until} {each.size} {states.get(each.problem, 'gap')}"
        for each in known
    ]
    assert sorted(shell("walk | grep ^chain || :", listed)) == sorted(expected)
    assert shell("walk | spans", listed) == [" ".join(each) for each in spans(known)]
