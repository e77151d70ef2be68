"""Every rule is its own documentation and its own test: its Bad example yields it, its Good one does not."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from ruleexamples import ALL_RULES, EDGES, SAID, all_said, documents, fences

from deployment import TOP
from redismanifests.core.findings import Severity
from redismanifests.explanation import explanations
from redismanifests.review import review
from redismanifests.rules import shared_findings

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.feature import Rule, SharedRule
    from redismanifests.core.findings import Finding

each_rule = pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: f"{rule.code}-{rule.name}")
_CODE = re.compile(r"\bRM\d{3}\b")


def _findings(example: str, folder: Path) -> list[Finding]:
    """What a check of the example's profiles finds."""
    reviews = []
    for number, text in enumerate(documents(example)):
        path = folder / f"profile-{number}.yaml"
        path.write_text(text.text, encoding="utf-8")
        reviews.append(review(path))
    judged = [(each.profile, each.source) for each in reviews]
    return [finding for each in reviews for finding in each.findings] + shared_findings(judged)


@each_rule
def test_the_bad_example_yields_exactly_this_code(rule: Rule | SharedRule, tmp_path: Path) -> None:
    found = _findings(fences(rule)["Bad"], tmp_path)
    assert rule.code in {finding.code for finding in found}
    assert {f.code for f in found if f.severity is not Severity.NOTE} <= {rule.code}
    assert rule.severity is Severity.NOTE or {f.code for f in found if f.code != rule.code} <= {
        "RM072",
        "RM073",
        "RM053",
    }


@each_rule
def test_the_good_example_yields_nothing(rule: Rule | SharedRule, tmp_path: Path) -> None:
    found = _findings(fences(rule)["Good"], tmp_path)
    assert [f.code for f in found if f.severity is not Severity.NOTE or f.code == rule.code] == []


@each_rule
def test_the_text_says_what_is_wrong_and_links_to_where_that_is_known_from(rule: Rule | SharedRule) -> None:
    summary, _, rest = rule.text.partition("\n")
    assert summary.endswith(".") or rest[:1] not in ("", "\n")
    sources = re.findall(r"^Source: (?:.|\n)+?\.$", rule.text, re.MULTILINE)
    assert len(sources) == 1
    assert re.search(r"https://[a-z][a-z0-9.-]+\.[a-z]+/\S", sources[0])


@each_rule
def test_findings_carry_the_code_name_and_severity_of_their_rule(
    rule: Rule | SharedRule, tmp_path: Path
) -> None:
    for finding in _findings(fences(rule)["Bad"], tmp_path):
        if finding.code == rule.code:
            assert (finding.name, finding.severity) == (rule.name, rule.severity)
        assert finding.fix
        assert finding.fact
        assert finding.place()[0] >= 1


def test_what_rules_say_of_their_examples_is_what_is_written_down() -> None:
    """After a change of a rule or of edges.txt: UPDATE_CASES=1 pytest tests/features/test_rules.py; read the diff."""
    if os.environ.get("UPDATE_CASES"):
        SAID.write_text(all_said(), encoding="utf-8")
    assert SAID.read_text(encoding="utf-8") == all_said()


def test_every_edge_is_an_edge_of_a_rule() -> None:
    codes = [line for line in EDGES.read_text(encoding="utf-8").splitlines() if line.startswith("RM")]
    assert codes == sorted(set(codes))
    assert set(codes) <= {rule.code for rule in ALL_RULES}


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


def test_every_explanation_says_where_it_is_known_from() -> None:
    for item in explanations():
        source = item.text.partition("\nSource: ")[2]
        assert source.endswith("."), item.code
        # A place that can be looked at: a file, a page of documentation, a measurement, an issue in public.
        assert re.search(
            r"\.(c|md|go|py|conf|sh)\b|docs|measured|Kubernetes|https://|charts\b|#\d+", source
        ), (
            item.code,
            source,
        )


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
RM014 even-number-of-sentinels
RM015 too-few-redis
RM016 shared-master-name
RM017 objects-claimed-twice
RM018 every-replica-syncs-at-once
RM019 sentinel-memory-too-small
RM020 recovery-slower-than-target
RM021 failed-election-misses-target
RM022 down-after-below-tilt
RM023 failover-timeout-too-short
RM024 startup-budget-below-waits
RM025 sentinel-may-be-throttled
RM026 liveness-before-failover
RM027 liveness-by-tcp
RM028 grace-shorter-than-shutdown
RM029 cut-off-master-outlives-target
RM030 request-over-limit
RM031 maxmemory-over-limit
RM032 maxmemory-without-copy-room
RM033 maxmemory-unset
RM034 volume-too-small
RM035 persistence-on-emptydir
RM036 no-replica-acknowledges
RM037 every-replica-must-acknowledge
RM038 managed-directive
RM039 request-below-use
RM040 hostname-behind-a-slow-dns
RM041 host-name-too-long
RM042 cluster-domain-with-svc
RM043 redis-open-to-the-outside
RM044 sentinel-answers-with-inner-addresses
RM045 sentinel-knows-no-replica
RM050 output-buffer-below-backlog
RM051 output-buffer-too-small
RM052 backlog-too-small
RM053 policy-unlike-persistence
RM054 claims-deleted-with-pods
RM055 nothing-is-kept
RM056 only-snapshots
RM057 fsync-left-to-the-kernel
RM058 lag-below-acknowledgements
RM059 sentinel-volume-too-small
RM060 owned-label
RM061 owned-annotation
RM062 contradictory-toleration
RM063 more-pods-than-places
RM064 pods-may-share-a-node
RM065 majority-in-one-zone
RM066 disruption-takes-too-many
RM067 drains-take-all-pods
RM068 priority-of-the-system
RM069 pods-stay-on-dead-nodes
RM070 engine-too-old
RM071 unversioned-image
RM072 moving-tag
RM073 tag-without-digest
RM074 group-unlike-flavour
RM075 exporter-too-old
RM076 image-that-was-moved
RM077 image-of-another-engine
RM078 image-without-updates
RM079 image-never-pulled
RM080 unknown-directive
RM081 secret-in-configuration
RM082 needed-command-renamed
RM083 file-not-in-the-pod
RM084 server-leaves-the-foreground
RM085 replication-link-times-out
RM086 cluster-under-sentinel
RM087 too-few-clients
RM088 repeated-directive
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
RM163 outside-clients-without-password
RM164 reserved-account-name
RM165 account-named-twice
RM166 account-without-rights
RM167 auth-setting-without-effect
RM168 account-may-break-failover
RM169 account-reaches-probe-keys
RM170 unknown-command-category
RM171 nobody-may-log-in
RM172 default-user-beside-accounts
RM173 two-sources-of-one-secret
RM174 sealed-secret-does-not-fit
RM175 addresses-outside-the-certificate
RM176 renewal-before-the-beginning
RM177 outside-name-missing
RM178 plain-port-open
RM179 ciphers-of-an-unspoken-version
RM180 tls-set-up-and-off
RM181 members-would-not-meet
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
RM186 unknown-proof
RM187 requirement-without-proof
RM188 requirement-faster-than-recovery
RM189 repeated-requirement
"""
"""Every code that was ever given out, so that none changes its meaning: lines are added, never changed."""


def test_no_code_changes_its_meaning() -> None:
    given = dict(line.split() for line in CODES.strip().splitlines())
    assert {item.code: item.name for item in explanations()} == given
