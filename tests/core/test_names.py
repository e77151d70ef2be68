"""Names: what Kubernetes and Sentinel take as names, and what is said of what they do not take."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from redismanifests.core.values import names
from redismanifests.core.values.names import Name

KINDS = [rule for rule in vars(names).values() if isinstance(rule, Name)]


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (names.NAMESPACE, ["a", "0a", "a-b", "x" * 63], ["", "A", "a.b", "-a", "a-", "a_b", "x" * 64, "a\n"]),
        (names.SERVICE_NAME, ["a", "a0", "redis-0"], ["0a", "a.b", "A", "a-", "x" * 64]),
        (names.OBJECT_NAME, ["a.b", "0.a-b", "x" * 253], ["a..b", ".a", "a.", "A.b", "a_b", "x" * 254]),
        (
            names.LABEL_KEY,
            ["a", "A_b.c-d", "x" * 63, "a.b/C", "y" * 253 + "/" + "x" * 63],
            ["", "a/b/c", "/a", "a/", "A.b/c", "x" * 64, "y" * 254 + "/x", "-a", "a\n"],
        ),
        (names.ANNOTATION_KEY, ["a", "A.b/c", "prometheus.io/scrape"], ["", "a/b/c", "-a"]),
        (names.TOPOLOGY_KEY, ["kubernetes.io/hostname"], ["kubernetes.io/"]),
        (names.LABEL_VALUE, ["", "a", "A_b.c-d", "x" * 63], ["-a", "a-", "a b", "a/b", "x" * 64, "a\n"]),
        (
            names.PORT_NAME,
            ["redis", "a-1", "1a", "x" * 15],
            ["", "1", "a--b", "-a", "a-", "A", "a.b", "x" * 16],
        ),
        (names.MASTER_NAME, ["mymaster", "a.b_c-D"], ["", "a b", "a/b", "ä", "a\n"]),
        (names.CLUSTER_DOMAIN, ["cluster.local", "k8s"], ["cluster.local.", "Cluster.local", ""]),
    ],
)
def test_a_name_is_what_its_rule_says(rule: Name, good: list[str], bad: list[str]) -> None:
    for text in good:
        assert rule.check(text) == text
    for text in bad:
        with pytest.raises(ValueError, match=r"write|at most"):
            rule.check(text)


@pytest.mark.parametrize(
    ("rule", "text", "near"),
    [
        (names.SERVICE_NAME, "Redis_Main", "redis-main"),
        (names.NAMESPACE, "My Shop!", "my-shop"),
        (names.LABEL_VALUE, "hello world", "hello-world"),
        (names.PORT_NAME, "a--b", "a-b"),
        (names.MASTER_NAME, "my master", "my-master"),
        (names.SERVICE_NAME, "1redis", "one such as redis"),
        (names.OBJECT_NAME, "sftp://backup@store.example.com:22/redis", "store.example.com"),
        (names.OBJECT_NAME, "https://", "one such as my-name"),
    ],
)
def test_the_error_ends_with_a_name_that_would_do(rule: Name, text: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"write {near}$"):
        rule.check(text)


@pytest.mark.parametrize("rule", KINDS, ids=lambda rule: rule.what)
def test_every_rule_takes_its_own_example(rule: Name) -> None:
    assert rule.check(rule.example) == rule.example


@given(st.sampled_from(KINDS), st.text(max_size=70) | st.from_regex(r"[a-zA-Z0-9./_-]{0,20}", fullmatch=True))
def test_any_text_is_a_name_or_a_value_error_and_the_schema_agrees(rule: Name, text: str) -> None:
    try:
        rule.check(text)
    except ValueError as error:
        near = re.search(r": write (?!one such as)(.*)$", str(error))
        assert near is None or not text or rule.check(near[1])
    else:
        assert re.search(f"^(?:{rule.pattern})$", text)


class Model(BaseModel):
    name: names.ServiceName
    labels: dict[names.LabelKey, names.LabelValue] = {}


def test_a_model_refuses_with_the_rule_and_offers_its_pattern() -> None:
    with pytest.raises(ValidationError, match="write redis-main"):
        Model(name="Redis_Main")
    with pytest.raises(ValidationError, match="write hello-world"):
        Model(name="redis", labels={"a": "hello world"})
    schema = Model.model_json_schema()["properties"]["name"]
    assert (schema["maxLength"], schema["examples"]) == (63, ["redis"])
