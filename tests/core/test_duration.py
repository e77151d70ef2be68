"""Duration: a number with its unit, exact to the millisecond."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from redismanifests.core.values.duration import Duration


@pytest.mark.parametrize(
    ("text", "milliseconds", "canonical"),
    [
        ("5s", 5000, "5s"),
        ("1m30s", 90_000, "1m30s"),
        ("90s", 90_000, "1m30s"),
        ("500ms", 500, "500ms"),
        ("0.5s", 500, "500ms"),
        ("1.5s", 1500, "1.5s"),
        ("1h0m0s", 3_600_000, "1h"),
        ("1h1ms", 3_600_001, "1h0.001s"),
        ("2000us", 2, "2ms"),
        ("1000000ns", 1, "1ms"),
        ("0", 0, "0s"),
        ("0s", 0, "0s"),
    ],
)
def test_go_durations_are_read_and_printed_canonically(text: str, milliseconds: int, canonical: str) -> None:
    duration = Duration.parse(text)
    assert duration.milliseconds == milliseconds
    assert str(duration) == canonical


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        (5000, "5000 has no unit: write 5s or 5000ms"),
        ("5000", "5000 has no unit: write 5s or 5000ms"),
        (30, "30 has no unit: write 30s or 30ms"),
        (2.5, "2.5 has no unit: write 2.5s"),
        ("5sec", "sec is no unit: write 5s"),
        ("5 s", "a duration has no space in it: write 5s"),
        ("5 minutes", "a duration has no space in it: write 5m"),
        ("1d", "d is no unit: write 24h"),
        ("-5s", "-5s is negative: write 5s"),
        ("1500us", "1500us is finer than a millisecond: write 1ms or 2ms"),
        ("0.0001ms", "0.0001ms is finer than a millisecond: write 0s or 1ms"),
        ("0.1ns", "0.1ns is finer than a millisecond: write 0s or 1ms"),
        ("", "it is empty: write a number with its unit, such as 5s, 1m30s or 500ms"),
        (None, "empty is no duration: write a number with its unit, such as 5s, 1m30s or 500ms"),
        (True, "true or false is no duration: write a number with its unit, such as 5s, 1m30s or 500ms"),
        (
            "3000000h",
            "3000000h is longer than 292 years, the longest that Kubernetes can count: write at most 2562047h",
        ),
        (
            "5x",
            "'x' is no unit; the units are ms, s, m, h: write a number with its unit, such as 5s, 1m30s or 500ms",
        ),
        ("soon", "'soon' is no duration: write a number with its unit, such as 5s, 1m30s or 500ms"),
    ],
)
def test_the_error_says_what_to_write(value: object, advice: str) -> None:
    with pytest.raises(ValueError) as caught:
        Duration.read(value)
    assert str(caught.value) == advice


def test_a_bare_zero_needs_no_unit() -> None:
    assert Duration.read(0) == Duration.read("0") == Duration(0)


def test_whole_seconds_are_whole_or_refused() -> None:
    assert Duration.parse("1m30s").whole_seconds == 90
    with pytest.raises(ValueError, match=r"1.5s is not a whole number of seconds.*write 1s or 2s"):
        _ = Duration.parse("1.5s").whole_seconds


@given(st.integers(0, 10**12))
def test_the_canonical_form_reads_back(milliseconds: int) -> None:
    assert Duration.parse(str(Duration(milliseconds))) == Duration(milliseconds)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_order_is_the_order_of_time(one: int, other: int) -> None:
    assert (Duration(one) < Duration(other)) == (one < other)


@given(st.text(max_size=30) | st.text(alphabet="0123456789.hmsuµn -", max_size=12))
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    try:
        duration = Duration.read(text)
    except ValueError as error:
        assert str(error)
    else:
        assert Duration.parse(str(duration)) == duration


class Model(BaseModel):
    wait: Duration


def test_a_model_reads_and_writes_text() -> None:
    assert Model.model_validate({"wait": "90s"}).model_dump_json() == '{"wait":"1m30s"}'
    assert Model.model_json_schema()["properties"]["wait"]["type"] == "string"
