"""A verification: what counts as met, what follows from it, and that a file carries all of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from seen import changed, outcome, seen

from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.present.verification.files import report_text
from redismanifests.present.writers import REPORT, formats
from redismanifests.prove.checks.index import ALL_PROBES, MONITORING_PROBES
from redismanifests.prove.checks.probe import Confidence, Probe, Status
from redismanifests.prove.result.claim import Claim
from redismanifests.prove.result.drill import Kind
from redismanifests.prove.result.figure import figures
from redismanifests.prove.result.observation import Subject, SubjectKind
from redismanifests.prove.result.recommendation import recommendations
from redismanifests.prove.result.verification import Verification
from redismanifests.prove.verification.limitation import limitations
from redismanifests.prove.verification.making import engines_of, verification

FAILED, PASSED, UNKNOWN = Status.FAILED, Status.PASSED, Status.NOT_VERIFIED


def test_a_verification_is_the_same_when_json_carried_it() -> None:
    assert Verification.from_json(json.loads(json.dumps(seen().to_json()))) == seen()


def test_another_version_of_the_form_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="schema 2 instead of 1"):
        Verification.from_json({**seen().to_json(), "schema": 2})


def test_the_requirements_of_a_profile_are_met_by_what_was_seen() -> None:
    assert [(each.claim.id, each.status) for each in seen().matrix[:4]] == [
        ("23.8", PASSED),
        ("23.20", PASSED),
        ("23.30", PASSED),
        ("23.31", PASSED),
    ]
    assert seen().matrix[2].seen == ("drill failover: outage 6.30 s of 30 s, no acknowledged write lost",)
    assert seen().held


def test_without_an_answer_to_what_decides_nobody_knows_whether_it_works() -> None:
    assert changed(seen(), outcome("PB052", UNKNOWN, "why")).verdict.status is PASSED
    assert changed(seen(), outcome("PB061", UNKNOWN, "why")).verdict.status is UNKNOWN
    assert (
        changed(seen(), outcome("PB061", UNKNOWN, "why"), outcome("PB052", FAILED, "x")).verdict.status
        is FAILED
    )
    assert replace(seen(), outcomes=()).verdict.status is UNKNOWN


def test_without_a_drill_a_time_is_computed_only_and_nothing_more() -> None:
    without = replace(seen(), drills=())
    assert [each.status for each in without.matrix[:4]] == [PASSED, UNKNOWN, UNKNOWN, UNKNOWN]
    assert without.matrix[2].reasons == (
        "no drill failover was run; computed only: a failover takes up to 9.9 s, and 30 s is demanded",
    )
    told = [each for each in recommendations(without) if each.command.startswith("redismanifests drill")]
    assert [(each.command, each.because) for each in told] == [
        (
            "redismanifests drill failover jewelry-shop.yaml",
            "requirement 23.20, 23.30, 27, 28 is proven by a drill failover, and none was run",
        ),
        (
            "redismanifests drill rolling-restart jewelry-shop.yaml",
            "requirement 23.31, 29 is proven by a drill rolling-restart, and none was run",
        ),
    ]


def test_a_drill_that_failed_fails_the_requirement_and_the_verification() -> None:
    failed = seen("failed")
    assert not failed.held
    assert [each.status for each in failed.matrix[:4]] == [PASSED, FAILED, PASSED, UNKNOWN]
    assert failed.matrix[1].reasons[0].startswith("drill failover: no write was acknowledged for")
    (drill,) = failed.drills
    assert any(
        each.command == "redismanifests rehearse jewelry-shop.yaml" for each in recommendations(failed)
    )
    slow = replace(failed, drills=(replace(drill, outage_s=30.1),))
    assert slow.matrix[2].status is FAILED


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ((), PASSED, ""),
        ((outcome("PB022", FAILED, "it knows 0 of 2"),), FAILED, "PB022 a-probe: it knows 0 of 2"),
        ((outcome("PB022", UNKNOWN, "no one answers"),), UNKNOWN, "PB022 a-probe: no one answers"),
        (
            (outcome("PB022", FAILED, "it knows 0 of 2"), outcome("PB010", UNKNOWN, "no one answers")),
            FAILED,
            "PB022 a-probe: it knows 0 of 2",
        ),
        (
            (outcome("PB022", PASSED, confidence=Confidence.INFERRED),),
            UNKNOWN,
            "PB022 a-probe was inferred only",
        ),
    ],
)
def test_a_claim_holds_only_if_every_proof_was_observed(
    changes: tuple[object, ...], status: Status, reason: str
) -> None:
    claim = Claim("1", "it can fail over", probes=("PB010", "PB022"))
    judged = changed(seen(), *changes).judged(claim)  # type: ignore[arg-type]
    assert judged.status is status
    assert judged.reasons == ((reason,) if reason else ())


def test_what_was_never_asked_and_what_nothing_proves_is_not_verified() -> None:
    assert seen().judged(Claim("1", "x", probes=("PB999",))).reasons == ("PB999 was not asked",)
    nothing = seen().judged(Claim("1", "x"))
    assert (nothing.status, nothing.reasons) == (UNKNOWN, ("nothing is named that would show it",))
    drained = seen().judged(Claim("1", "x", drills=(Kind.DRAIN,), within_s=5))
    assert drained.reasons == ("no drill drain was run",)


def test_what_a_profile_was_asked_for_is_judged_and_nothing_else() -> None:
    text = "name: redis\nnamespace: shop\nrequirements:\n- {id: 1.10, text: fast, drills: [failover], within: 20s}\n"
    reviewed = review_of(source_from_text("shop/profile.yaml", text))
    subject = Subject(SubjectKind.DUMP, "dump", "shop")
    made = verification(reviewed, subject, seen().outcomes, at=1.0, version="0", drills=seen().drills)
    assert made.requirements == (Claim("1.10", "fast", (), (Kind.FAILOVER,), 20.0),)
    assert made.matrix[0].status is PASSED
    assert made.profile == "profile.yaml"
    assert made.engines == ("Redis 7.0.15",)


def test_a_profile_without_requirements_has_no_matrix_and_no_word_of_another_deployment() -> None:
    reviewed = review_of(source_from_text("shop/profile.yaml", "name: redis\nnamespace: shop\n"))
    subject = Subject(SubjectKind.DUMP, "dump", "shop")
    made = verification(reviewed, subject, seen().outcomes, at=1.0, version="0")
    assert made.matrix == ()
    for form in formats(*REPORT):
        text = report_text(made, form)
        assert "Compliance" not in text
        assert "26 checks" not in text
        assert "23.30" not in text


def test_valkey_is_called_valkey_although_it_tells_a_version_of_redis() -> None:
    told = outcome("PB002", PASSED)
    evidence = replace(told.evidence[0], output="redis_version: 7.2.4\nvalkey_version: 8.1.1")
    assert engines_of([replace(told, evidence=(evidence,))]) == ("Valkey 8.1.1",)


def test_every_failure_and_everything_unknown_says_what_to_do() -> None:
    wrong = changed(
        seen(),
        outcome("PB022", FAILED, "0 of 2"),
        outcome("PB999", FAILED, "x"),
        outcome("PB061", UNKNOWN, "why"),
    )
    told = {each.because: each for each in recommendations(wrong)}
    assert "explain RM045" in told["PB022 a-probe failed"].command
    assert "evidence of PB999" in told["PB999 a-probe failed"].do
    assert told["PB061 not verified in a rehearsal"].command == "redismanifests verify jewelry-shop.yaml"
    live = replace(wrong, subject=Subject(SubjectKind.CLUSTER, "shop", "jewelry-shop"))
    assert "PB061 a-probe not verified: why" in {each.because for each in recommendations(live)}
    assert [each.because.split()[1] for each in told.values()][-8:] == [
        "RM039",
        "RM235",
        "RM021",
        "RM025",
        "RM230",
        "RM230",
        "RM073",
        "RM027",
    ]


def test_one_remedy_is_told_once_with_all_its_causes() -> None:
    wrong = changed(seen(), *(outcome(code, FAILED, "x") for code in ("PB030", "PB032")))
    told = [each.because for each in recommendations(wrong) if "PB03" in each.because]
    assert told == ["PB030 a-probe failed; PB032 a-probe failed"]
    waived = replace(seen(), remarks=tuple(replace(each, waived="so be it") for each in seen().remarks))
    assert recommendations(waived) == ()


@pytest.mark.parametrize("probe", (*ALL_PROBES, *MONITORING_PROBES), ids=lambda probe: probe.code)
def test_every_probe_has_a_remedy_whose_command_is_a_command(probe: Probe) -> None:
    known = probe.remedy
    assert known.do.endswith(".")
    assert known.command.startswith(
        ("kubectl -n NAMESPACE ", "kubectl get namespace ", "kubectl version", "redismanifests ")
    )


def test_limitations_follow_from_the_settings() -> None:
    def told(text: str) -> str:
        reviewed = review_of(source_from_text("p.yaml", f"name: redis\nnamespace: shop\n{text}"))
        return "\n".join(limitations(reviewed.profile))

    plain = told("")
    assert "No NetworkPolicy" in plain
    assert "appendfsync everysec: power lost" in plain
    assert "exporter" not in plain
    other = told(
        "networkPolicy: {enabled: true}\nexporters: {sentinel: {enabled: false}}\n"
        "redis: {minReplicasToWrite: 0, aof: {enabled: false}, rdb: {save: []}}\n"
    )
    assert "No NetworkPolicy" not in other
    assert "minReplicasToWrite 0" in other
    assert "Nothing is written to disk" in other
    assert "No exporter runs beside Sentinel" in other
    assert "No authentication" in plain
    assert "One password" in told("auth: {mode: password}\n")
    assert "No TLS" in plain
    encrypted = told("tls: {enabled: true, plainPorts: {redis: 6380}}\n")
    assert "No TLS" not in encrypted
    assert "port without TLS is open, too (6380)" in encrypted
    assert "exporters answer without TLS" in encrypted
    assert "without TLS" not in told("tls: {enabled: true, metrics: true}\n")
    acl = told("auth: {mode: acl}\n")
    assert "password" not in acl
    assert "No authentication" not in acl
    assert "emptyDir" in told("redis: {storage: {kind: emptyDir}}\n")
    assert "Only snapshots" in told("redis: {aof: {enabled: false}}\n")


def test_figures_are_read_from_evidence_and_drills() -> None:
    found = {figure.name: str(figure) for figure in figures(seen())}
    assert found["outage of drill failover"] == "6.30 s"
    assert found["memory used by redis-1"] == "1.64 MiB"
    assert found["largest lag of a replica"] == "1.00 s"
    assert found["writes lost in drill rolling-restart"] == "0"
    (drill, _) = seen().drills
    endless = replace(seen(), drills=(replace(drill, outage_s=None),))
    assert str(figures(endless)[0]) == "never ended"


def test_each_check_of_the_report_that_was_written_by_hand_is_asked_by_a_check_that_there_is() -> None:
    known = {probe.code for probe in ALL_PROBES}
    checks = [claim for claim in seen().requirements if "." not in claim.id]
    assert [claim.id for claim in checks] == [str(number) for number in range(1, 30)]
    assert all(claim.probes and set(claim.probes) <= known for claim in checks[:26])
    assert all(claim.drills for claim in checks[26:])
