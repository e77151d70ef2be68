"""Every rule is its own documentation and its own test: its Bad example yields it, its Good one does not."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from deployment import TOP
from redismanifests.core.findings import Severity
from redismanifests.explanation import explanations
from redismanifests.review import review
from redismanifests.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.feature import Rule

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")
_FENCE = re.compile(r"^(Bad|Good):\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"\bRM\d{3}\b")


def _examples(rule: Rule) -> dict[str, str]:
    fences = _FENCE.findall(rule.text)
    assert [word for word, _ in fences] == ["Bad", "Good"]
    return dict(fences)


def _weighty(profile: str, folder: Path) -> list[str]:
    path = folder / "profile.yaml"
    path.write_text(profile, encoding="utf-8")
    return [f.code for f in review(path).findings if f.severity is not Severity.NOTE]


@each_rule
def test_the_bad_example_yields_exactly_this_code(rule: Rule, tmp_path: Path) -> None:
    assert set(_weighty(_examples(rule)["Bad"], tmp_path)) == {rule.code}


@each_rule
def test_the_good_example_yields_nothing(rule: Rule, tmp_path: Path) -> None:
    assert _weighty(_examples(rule)["Good"], tmp_path) == []


@each_rule
def test_the_text_says_what_is_wrong_and_where_that_is_known_from(rule: Rule) -> None:
    summary, _, rest = rule.text.partition("\n")
    assert summary.endswith(".") or rest[:1] not in ("", "\n")
    assert re.search(r"^Source: .+\.$", rule.text, re.MULTILINE)


@each_rule
def test_findings_carry_the_code_name_and_severity_of_their_rule(rule: Rule, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(_examples(rule)["Bad"], encoding="utf-8")
    for finding in review(path).findings:
        assert (finding.code, finding.name, finding.severity) == (rule.code, rule.name, rule.severity)
        assert finding.fix
        assert finding.fact
        # The place is the setting itself, or its nearest section, never the top of the file.
        assert finding.place()[0] > 1


def test_codes_and_names_are_unique() -> None:
    known = explanations()
    assert not [c for c, count in Counter(item.code for item in known).items() if count > 1]
    assert not [n for n, count in Counter(item.name for item in known).items() if count > 1]


def test_names_are_faults_that_a_waiver_could_allow() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", item.name) for item in explanations())


def test_every_code_in_the_source_has_an_explanation() -> None:
    source = (TOP / "src" / "redismanifests").rglob("*.py")
    used = {code for path in source for code in _CODE.findall(path.read_text(encoding="utf-8"))}
    assert used == {item.code for item in explanations()}


def test_every_code_in_profiles_and_templates_has_an_explanation() -> None:
    files = [p for folder in ("profiles", "templates") for p in (TOP / folder).rglob("*") if p.is_file()]
    texts = [p.read_text(encoding="utf-8") for p in files if p.suffix in (".yaml", ".j2", ".sh")]
    used = {code for text in texts for code in _CODE.findall(text)}
    assert used <= {item.code for item in explanations()}


def test_every_explanation_begins_with_a_sentence() -> None:
    for item in explanations():
        assert item.text.strip() == item.text
        assert item.text[:1].isupper() or item.text.startswith("maxmemory")
        assert "." in item.text


CODES = """
RM001 unreadable-file
RM002 malformed-yaml
RM003 unknown-key
RM004 invalid-value
RM005 missing-key
RM006 duplicate-key
RM007 unused-waiver
RM008 expired-waiver
RM009 impossible-waiver
RM010 too-few-sentinels
RM011 quorum-out-of-reach
RM012 quorum-of-all-sentinels
RM013 quorum-below-majority
RM020 recovery-slower-than-target
RM021 failed-election-misses-target
RM022 down-after-below-tilt
RM030 request-over-limit
RM031 maxmemory-over-limit
RM032 maxmemory-without-copy-room
RM033 maxmemory-unset
RM034 volume-too-small
RM035 persistence-on-emptydir
RM036 no-replica-acknowledges
RM037 every-replica-must-acknowledge
RM038 managed-directive
RM040 hostname-behind-a-slow-dns
RM060 owned-label
RM061 owned-annotation
RM062 contradictory-toleration
RM070 engine-too-old
RM090 objects-do-not-hang-together
RM091 refused-by-schema
RM100 invalid-limit-range
RM101 below-namespace-minimum
RM102 above-namespace-maximum
RM103 above-namespace-ratio
RM104 request-above-defaulted-limit
RM105 limits-of-another-namespace
RM106 limit-ranges-disagree
RM107 invalid-resource-quota
RM108 above-quota
RM109 above-what-quota-leaves
RM110 perhaps-above-what-quota-leaves
RM111 unspecified-under-quota
RM112 quota-stops-rollouts
RM113 class-unknown-to-quota
RM120 invalid-pod-security-label
RM121 pod-security-refuses
RM122 pod-security-warns
RM123 pod-security-audits
RM130 server-without-exec
RM131 unready-pods-not-published
RM132 members-start-one-by-one
RM133 hook-longer-than-grace
RM134 command-that-sentinel-needs-is-renamed
RM135 ready-without-replication
RM136 alive-only-with-others
RM137 probe-ignores-the-reply
RM138 names-announced-and-not-resolved
RM139 password-in-the-manifests
RM160 peer-of-labels-and-addresses
RM161 policy-against-external-clients
RM162 exporter-behind-a-closed-door
RM140 container-without-resources
RM141 immutable-field-with-changing-content
RM142 sentinel-cannot-rewrite-its-file
RM143 setting-overwritten-by-a-service
RM144 configuration-does-not-roll
RM145 disruption-budget-blocks-every-drain
RM146 no-replica-may-be-promoted
RM147 only-the-master-is-ready
RM150 immutable-field-changes
RM151 claim-shrinks
RM152 claim-grows
RM153 selector-changes
RM154 volumes-left-behind
RM155 object-disappears
RM159 nothing-to-compare
"""
"""Every code that was ever given out, so that none changes its meaning: lines are added, never changed."""


def test_no_code_changes_its_meaning() -> None:
    given = dict(line.split() for line in CODES.strip().splitlines())
    assert {item.code: item.name for item in explanations()} == given
