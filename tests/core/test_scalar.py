"""Scalar: words are joined for a sentence in one way."""

from __future__ import annotations

import pytest

from redismanifests.core.values.scalar import Refusal, listed, shortened


@pytest.mark.parametrize(
    ("words", "said"),
    [((), ""), (("s3",), "s3"), (("s3", "gcs"), "s3 or gcs"), (("a", "b", "c"), "a, b or c")],
)
def test_words_of_a_sentence_have_the_joint_before_the_last(words: tuple[str, ...], said: str) -> None:
    assert listed(words, "or") == said
    assert listed(words) == said.replace(" or ", " and ")
    assert Refusal("it is empty", "write {}", *words).with_values(words) == f"write {said}"


@pytest.mark.parametrize(("most", "said"), [(1, "a and 2 more"), (2, "a, b and 1 more"), (3, "a, b, c")])
def test_words_that_are_left_out_are_counted(most: int, said: str) -> None:
    assert shortened(["a", "b", "c"], most) == said
