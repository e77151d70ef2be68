"""Traffic: what a journal of writes says about outage and loss."""

from __future__ import annotations

from typing import Any

from redismanifests.prove.rehearse.measure.traffic import account, longest_row


def _writes(*moments: tuple[float, str]) -> list[dict[str, Any]]:
    return [
        {"kind": "write", "number": number, "began": moment - 0.01, "ended": moment, "problem": problem}
        for number, (moment, problem) in enumerate(moments, 1)
    ]


def test_outage_is_from_the_last_good_write_to_the_next() -> None:
    seen = account(_writes((1, ""), (1.1, ""), (2, "refused"), (3, "refused"), (7.1, ""), (7.2, "")))
    assert round(seen.outage_s, 3) == 6
    assert round(seen.paused_s, 3) == 6
    assert seen.acknowledged == 4
    assert seen.errors == ("refused",)


def test_an_outage_that_never_ends_counts_to_the_last_try() -> None:
    assert account(_writes((1, ""), (2, "refused"), (61, "refused"))).outage_s == 60


def test_an_outage_before_the_fault_does_not_count() -> None:
    seen = account(_writes((1, ""), (9, ""), (9.1, ""), (9.2, "")), since=9.05)
    assert round(seen.outage_s, 3) == 0.1


def test_an_outage_that_begins_at_the_fault_counts_from_the_write_before() -> None:
    seen = account(_writes((1, ""), (1.1, ""), (5, "")), since=2)
    assert round(seen.outage_s, 3) == 3.9


def test_no_good_write_at_all_is_an_outage_without_end() -> None:
    assert account(_writes((1, "refused"))).outage_s == float("inf")


def test_without_a_look_up_the_account_is_not_complete() -> None:
    assert not account(_writes((1, ""))).complete
    end = {"kind": "end", "problem": "", "lost": [7], "acknowledged": 1}
    seen = account([*_writes((1, "")), end])
    assert seen.complete
    assert seen.lost == (7,)


def test_every_pause_is_told_also_one_before_the_fault() -> None:
    seen = account(_writes((1, ""), (3, ""), (3.1, ""), (4, "refused"), (9, "")), since=3.05)
    assert seen.pauses == ((1, 3), (3.1, 9))
    assert account(_writes((1, "refused"), (4, "refused"))).pauses == ((0.99, 4),)


def test_a_stale_answer_counts_by_the_role_of_who_gave_it() -> None:
    def stale(role: str) -> dict[str, Any]:
        return {"kind": "stale", "at": 1.0, "seen": 1, "floor": 2, "role": role}

    seen = account([*_writes((1, "")), stale("slave"), stale("master"), stale("slave")])
    assert (seen.stale_reads, seen.replica_reads) == (1, 2)


def test_lost_writes_have_the_moment_of_their_acknowledgement() -> None:
    end = {"kind": "end", "problem": "", "lost": [3, 1], "acknowledged": 3}
    assert account([*_writes((1, ""), (1.1, ""), (1.2, "")), end]).lost_at == (1, 1.2)


def test_stale_answers_count_for_as_long_as_they_come_in_a_row() -> None:
    assert longest_row([]) == 0
    assert longest_row([5.0]) == 0
    assert longest_row([5.0, 5.5, 9.0, 9.75, 10.5, 20.0]) == 1.5
