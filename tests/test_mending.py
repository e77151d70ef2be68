"""A fix is made where it helps, and a profile is never worse for it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from profilestrategy import profiles
from redismanifests.core.findings import Severity
from redismanifests.core.source import source_from_text
from redismanifests.errors import ProfileRefused
from redismanifests.mending import mending
from redismanifests.review import review_of
from redismanifests.rules import RULES
from redismanifests.selection import Selection, selection

if TYPE_CHECKING:
    from redismanifests.core.feature import Rule
    from redismanifests.core.findings import Finding
    from redismanifests.core.source import Source

BAD = re.compile(r"^Bad:\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ALL = Selection()


def found(source: Source) -> list[Finding]:
    try:
        return list(review_of(source).findings)
    except ProfileRefused as refused:
        return list(refused.findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_what_a_rule_calls_certain_mends_its_own_bad_example(rule: Rule) -> None:
    fence = BAD.search(rule.text)
    assert fence is not None
    source = source_from_text("profile.yaml", fence[1])
    before = found(source)
    certain = {f.code for f in before if f.changes}
    done = mending(source, ALL)
    assert {finding.code for finding in done.mended} >= certain
    assert not certain & {finding.code for finding in found(done.source)}
    assert done.source.text.count("\n") - source.text.count("\n") in (0, 1)


PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(profiles())
def test_no_profile_is_worse_after_it(profile: dict[str, object]) -> None:
    # JSON writes what is beyond the first 65,536 characters as two escapes, and YAML as one of eight digits.
    text = PAIR.sub(
        lambda pair: f"\\U{ord(bytes.fromhex(pair[1] + pair[2]).decode('utf-16-be')):08x}",
        json.dumps(profile),
    )
    source = source_from_text("profile.yaml", text)

    def weights(one: Source) -> tuple[int, int]:
        severities = [finding.severity for finding in found(one)]
        return severities.count(Severity.ERROR), severities.count(Severity.WARNING)

    done = mending(source, ALL)
    formed = all(f.code >= "RM007" for f in found(source))
    if formed:
        assert weights(done.source) <= weights(source)
    assert mending(done.source, ALL).mended == ()


def test_only_what_is_selected_is_mended() -> None:
    source = source_from_text(
        "p.yaml", "name: a\nnamespace: b\nsentinel: {quorum: 3, failoverTimeout: 30s}\n"
    )
    done = mending(source, selection(["RM012"], []))
    assert done.source.text == "name: a\nnamespace: b\nsentinel: {quorum: 2, failoverTimeout: 30s}\n"


def test_what_is_waived_stays() -> None:
    text = "name: a\nnamespace: b\nsentinel: {quorum: 1}\nwaivers: [{finding: RM013, reason: so it is}]\n"
    assert mending(source_from_text("p.yaml", text), ALL).source.text == text


def test_form_is_mended_first_and_then_the_rest() -> None:
    text = "name: a\nnamespace: b\nsentinl:\n  qorum: '3'\n"
    done = mending(source_from_text("p.yaml", text), ALL)
    assert done.source.text == "name: a\nnamespace: b\nsentinel:\n  quorum: 2\n"
    assert [finding.code for finding in done.mended] == ["RM003", "RM003", "RM004", "RM012"]
