"""Quantity: read, compared and printed as Kubernetes does; its own kubectl is the judge of the printing."""

from __future__ import annotations

import copy
import json
import pickle
import random
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from redismanifests.core.values.quantity import NANO, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIXES = [
    *("", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"),
    *("e3", "E3", "e-3", "E+6", "e0", "e1", "e2", "e20", "E-10"),
]
written = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "+", "-"]),
    st.from_regex(r"[0-9]{1,20}", fullmatch=True),
    st.one_of(st.just(""), st.from_regex(r"\.[0-9]{0,9}", fullmatch=True)),
    st.sampled_from(SUFFIXES),
)
quantities = written.map(Quantity.parse)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0", "0"),
        ("0Gi", "0"),
        ("-0", "0"),
        ("1000m", "1"),
        ("0.1", "100m"),
        ("1.5", "1500m"),
        (".5", "500m"),
        ("1.", "1"),
        ("1500m", "1500m"),
        ("1.1", "1100m"),
        ("1000k", "1M"),
        ("100.035k", "100035"),
        ("2500M", "2500M"),
        ("5u", "5u"),
        ("1000000n", "1m"),
        ("3072Mi", "3Gi"),
        ("1.5Gi", "1536Mi"),
        ("1025Ki", "1025Ki"),
        ("512", "512"),
        ("1024", "1024"),
        ("1Ki", "1Ki"),
        ("-1.5Gi", "-1536Mi"),
        ("+5Mi", "5Mi"),
        ("005", "5"),
    ],
)
def test_canonical_form_has_no_fraction_and_the_largest_unit(text: str, canonical: str) -> None:
    assert str(Quantity.parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1e3", "1e3"),
        ("1E3", "1e3"),
        ("1.5e3", "1500"),
        ("1e14", "100e12"),
        ("1e-3", "1e-3"),
        ("12E6", "12e6"),
        ("1e1000", None),
        ("1e21", "1e21"),
    ],
)
def test_decimal_exponents_are_kept_as_exponents(text: str, canonical: str | None) -> None:
    if canonical is None:
        with pytest.raises(ValueError, match="write an exponent from e-999 to e999"):
            Quantity.parse(text)
    else:
        assert str(Quantity.parse(text)) == canonical


def test_e_alone_is_exa_and_not_an_exponent() -> None:
    assert Quantity.parse("1E").bytes == 10**18


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("3.001n", 4),
        ("0.0000000001", 1),
        ("1.1e-9", 2),
        ("0.00000012345", 124),
        ("-3.001n", -4),
        ("1e-900", 1),
    ],
)
def test_what_is_finer_than_a_billionth_is_rounded_up_away_from_zero(text: str, nano: int) -> None:
    assert Quantity.parse(text).nano == nano


@pytest.mark.parametrize("text", ["9Ei", "9223372036854775807Ki", "1000Ei", "8192Pi"])
def test_binary_quantities_are_capped_at_the_largest_int64(text: str) -> None:
    assert Quantity.parse(text).bytes == 2**63 - 1
    assert Quantity.parse(f"-{text}").bytes == -(2**63 - 1)


def test_decimal_quantities_are_not_capped() -> None:
    assert Quantity.parse("12E").bytes == 12 * 10**18
    assert Quantity.parse("1e30").bytes == 10**30


def test_a_fraction_of_a_binary_unit_below_one_becomes_decimal() -> None:
    assert str(Quantity.parse("0.0001Ki")) == "102400u"
    assert Quantity.parse("0.000000000001Ki").format == "DecimalSI"
    assert str(Quantity.parse("0.1Ki")) == "102400m"


@pytest.mark.parametrize(
    ("text", "whole", "millis"),
    [
        ("1.5", 2, 1500),
        ("1m", 1, 1),
        ("1u", 1, 1),
        ("-1.5", -2, -1500),
        ("-1u", -1, -1),
        ("512Mi", 2**29, 2**29 * 1000),
    ],
)
def test_value_and_millivalue_round_away_from_zero(text: str, whole: int, millis: int) -> None:
    assert (Quantity.parse(text).bytes, Quantity.parse(text).millis) == (whole, millis)


@pytest.mark.parametrize(
    "text", ["", "1.1.M", "1+1.0M", "0.1mi", "0.1am", "aoeu", ".5i", "1i", "-3.01i", "-3.01e-"]
)
def test_what_kubernetes_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no quantity|no unit|it is empty"):
        Quantity.parse(text)


@pytest.mark.parametrize("text", [" 1", "1 ", "1\n", "\N{FULLWIDTH DIGIT ONE}", "1_0", "0x10", "1\x00"])
def test_nothing_is_forgiven_around_the_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|no unit"):
        Quantity.parse(text)


@pytest.mark.parametrize("text", ["Mi", "+", "-", ".", "-.", "e3"])
def test_a_text_without_a_digit_is_zero_to_kubernetes_and_a_slip_in_a_profile(text: str) -> None:
    assert Quantity.parse(text).nano == 0
    with pytest.raises(ValueError, match="no quantity"):
        Quantity.read(text)


@pytest.mark.parametrize("text", ["Ei", "Pi", "e-10", ".Ei"])
def test_a_text_without_a_digit_that_misses_the_short_way_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no quantity"):
        Quantity.parse(text)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("512MB", "MB is no unit: write 512Mi or 512M"),
        ("512mb", "mb is no unit: write 512Mi or 512M"),
        ("512MiB", "MiB is no unit: write 512Mi"),
        ("512mi", "mi is no unit: write 512Mi"),
        ("1K", "K is no unit: write 1Ki or 1k"),
        ("2 GB", "GB is no unit: write 2Gi or 2G"),
        ("1g", "g is no unit: write 1Gi or 1G"),
        ("100B", "B is no unit: write 100"),
        ("2 cores", "cores is no unit: write 2"),
        ("250mcpu", "mcpu is no unit: write 250m"),
        ("0,5", "a comma is no decimal point: write 0.5"),
        ("512 Mi", "a quantity has no space in it: write 512Mi"),
        (
            "50%",
            "'%' is no unit; the units are m, k, M, G, T, P, E and Ki, Mi, Gi, Ti, Pi, Ei: "
            "write a number with its unit, such as 500m, 2 or 512Mi",
        ),
    ],
)
def test_the_error_says_what_to_write(text: str, advice: str) -> None:
    with pytest.raises(ValueError) as caught:
        Quantity.read(text)
    assert str(caught.value) == advice


@pytest.mark.parametrize(
    "value", [None, True, False, [], {}, float("nan"), float("inf"), 10**400, b"1", "9" * 10**6]
)
def test_what_is_no_scalar_or_has_no_end_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"quantity|number"):
        Quantity.read(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (0, "0"),
        (1.5, "1500m"),
        (0.5, "500m"),
        (2.0, "2"),
        (1e20, "100E"),
        (1.5e-5, "15u"),
        (1e-7, "100e-9"),
        (1e21, "1e21"),
        (-0.0, "0"),
        (" 512Mi ", "512Mi"),
    ],
)
def test_numbers_of_yaml_are_read_as_the_json_that_kubectl_sends(value: object, text: str) -> None:
    assert str(Quantity.read(value)) == text


@pytest.mark.parametrize(
    ("text", "echo"), [("1.500", "1.500"), ("+5Mi", "+5Mi"), ("005", "005"), ("5E3", "5E3"), ("1000E", "1")]
)
def test_the_servers_own_text_is_kept_apart_from_the_canonical_form(text: str, echo: str) -> None:
    quantity = Quantity.parse(text)
    assert quantity.echo == echo
    assert Quantity.parse(str(quantity)) == quantity


@given(quantities)
def test_the_canonical_form_is_equal_and_canonical(quantity: Quantity) -> None:
    again = Quantity.parse(str(quantity))
    assert again == quantity
    assert str(again) == str(quantity)


@given(quantities, quantities)
def test_order_is_the_order_of_the_numbers(one: Quantity, other: Quantity) -> None:
    assert (one < other, one <= other, one == other, one >= other, one > other) == (
        one.nano < other.nano,
        one.nano <= other.nano,
        one.nano == other.nano,
        one.nano >= other.nano,
        one.nano > other.nano,
    )
    assert one != other or hash(one) == hash(other)


@given(quantities, quantities, st.integers(0, 1000))
def test_sums_differences_and_multiples_are_exact(one: Quantity, other: Quantity, times: int) -> None:
    assert (one + other) - other == one
    assert (one * times).nano == one.nano * times


@given(st.text(max_size=30) | st.text(alphabet="0123456789.eEinumkKMGTP+- ", max_size=12))
def test_any_text_is_a_quantity_or_a_value_error(text: str) -> None:
    try:
        quantity = Quantity.read(text)
    except ValueError as error:
        assert str(error)
    else:
        assert Quantity.parse(str(quantity)) == quantity


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30))
def test_floats_keep_their_value_to_the_billionth(value: float) -> None:
    assert Quantity.read(value) == Quantity.parse(repr(value))


def test_a_sum_that_begins_at_zero_takes_the_format_of_what_is_added() -> None:
    assert str(Quantity.parse("0") + Quantity.parse("1024Mi")) == "1Gi"
    assert str(Quantity.parse("1") + Quantity.parse("1Gi")) == "1073741825"


def test_a_quantity_never_changes_and_can_be_copied() -> None:
    quantity = Quantity.parse("1.500")
    with pytest.raises(AttributeError, match="never changes"):
        quantity.nano = 1
    assert not hasattr(quantity, "__dict__")
    for copied in (copy.deepcopy(quantity), pickle.loads(pickle.dumps(quantity))):
        assert (copied.nano, copied.format, copied.kept) == (quantity.nano, quantity.format, "1.500")


class Model(BaseModel):
    size: Quantity


def test_a_model_reads_texts_and_numbers_and_writes_canonical_text() -> None:
    assert Model(size="3072Mi").model_dump_json() == '{"size":"3Gi"}'  # type: ignore[arg-type]
    assert Model.model_validate({"size": 0.5}).size.millis == 500
    assert Model.model_validate_json('{"size": 2}').model_dump(mode="json") == {"size": "2"}
    assert Model(size=Quantity(NANO)).size == Quantity.parse("1")


def test_a_model_tells_the_advice() -> None:
    with pytest.raises(ValidationError, match="MB is no unit: write 512Mi or 512M"):
        Model.model_validate({"size": "512MB"})


def test_the_json_schema_offers_text_and_number() -> None:
    schema = Model.model_json_schema()["properties"]["size"]
    assert [kind["type"] for kind in schema["anyOf"]] == ["string", "number"]
    assert "512Mi" in schema["examples"]


def _texts(seed: int, count: int) -> list[str]:
    """Texts of every shape; leading zeros, many digits and signs included."""
    chance = random.Random(seed)
    texts: set[str] = set()
    while len(texts) < count:
        whole = "".join(
            chance.choices("01234567890000", k=chance.choice([1, 1, 2, 3, 4, 7, 12, 15, 18, 19, 22]))
        )
        places = "".join(chance.choices("0000123456789", k=chance.choice([0, 1, 2, 3, 4, 6, 9, 12])))
        sign = chance.choice(["", "", "", "+", "-"])
        texts.add(sign + whole + chance.choice(["", "", f".{places}"]) + chance.choice(SUFFIXES))
    return sorted(texts)


def test_kubectl_prints_every_quantity_as_we_do(require_tool: Callable[[str, str], str]) -> None:
    kubectl = require_tool("kubectl", "Debian: kubernetes-client")
    texts = _texts(seed=2026, count=1000)
    hard = ",".join(f"example.com/r{index}={text}" for index, text in enumerate(texts))
    command = [kubectl, "create", "quota", "any", f"--hard={hard}", "--dry-run=client", "-o", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    printed = json.loads(answer.stdout)["spec"]["hard"]
    ours = {f"example.com/r{index}": Quantity.parse(text).echo for index, text in enumerate(texts)}
    assert printed == ours
