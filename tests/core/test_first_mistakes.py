"""Mistakes of a first hour are answered with what to write, not with `correct the value`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.sources.yamlfault import NO_TEMPLATE
from redismanifests.judge.review import review
from redismanifests.present.documents.findings import problems
from redismanifests.present.writers import written
from redismanifests.profile.form import INVALID_VALUE

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.findings import Finding

LONG = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggggg"


def _found(folder: Path, text: str) -> Finding:
    (folder / "profile.yaml").write_text(text, encoding="utf-8")
    try:
        findings = review(folder / "profile.yaml").findings
    except ProfileRefused as refused:
        findings = refused.findings
    (finding,) = findings
    return finding


def test_a_name_that_is_too_long_is_answered_with_one_that_fits(tmp_path: Path) -> None:
    finding = _found(tmp_path, f"name: {LONG}\nnamespace: shop\n")
    assert "has 67 characters" in finding.fact
    assert finding.fix == f"write {LONG[:40]}"
    assert _found(tmp_path, f"name: {LONG[:39]}-{LONG[40:]}\nnamespace: shop\n").fix == f"write {LONG[:39]}"


@pytest.mark.parametrize(
    "text",
    [
        "name: redis\nnamespace: ${NAMESPACE}\n",
        "name: redis\nnamespace: $NS\n",
        "name: redis\nnamespace: {{ .Values.ns }}\n",
        'name: redis\nnamespace: "{{ .Values.ns }}"\n',
        'name: redis\nnamespace: shop\nredis: {replicas: "${REPLICAS:-3}"}\n',
        "name: redis\nnamespace: shop\nredis: {storage: {size: $SIZE}}\n",
    ],
)
def test_a_variable_is_answered_with_a_word_on_templates(tmp_path: Path, text: str) -> None:
    assert _found(tmp_path, text).fix == NO_TEMPLATE


def test_a_dollar_that_is_a_value_is_no_variable(tmp_path: Path) -> None:
    text = 'name: redis\nnamespace: shop\npods: {annotations: {a: "${B}"}}\n'
    (tmp_path / "profile.yaml").write_text(text, encoding="utf-8")
    assert review(tmp_path / "profile.yaml").findings == ()


def test_a_missing_limits_file_is_answered_with_how_it_is_fetched(tmp_path: Path) -> None:
    finding = _found(tmp_path, "name: redis\nnamespace: shop\nlimits: [limits.yaml]\n")
    assert finding.code == "RM100"
    assert "kubectl -n shop get limitrange,resourcequota -o yaml > " in finding.fix
    assert "redismanifests init" not in finding.fix


HEAD = "name: redis\nnamespace: shop\n"


@pytest.mark.parametrize(
    ("text", "line", "fact", "fix"),
    [
        (f"{HEAD}redis:\n replicas: 3\n  maxmemory: 1Gi\n", 5, "indented by 2, the one above by 1", "alike"),
        (f"{HEAD}redis:\n    replicas: 3\n  user: 5\n", 5, "indented by 2, the one above by 4", "alike"),
        (f"{HEAD}redis\nsentinel: {{}}\n", 3, "':' after this key is missing", "write key: value"),
        ("name: a: b\nnamespace: shop\n", 1, "a value with ': ' in it", "in quotes"),
        (f'{HEAD}kubernetesVersion: "1.32\n', 3, "quote is not closed", "close it"),
        (f"{HEAD}redis: {{replicas: 3\n", 4, "bracket opens on line 3", "close it with }"),
        (f"{HEAD}limits: [a.yaml, b.yaml\nredis: {{}}\n", 4, "", ""),
        ("name: `a`\nnamespace: shop\n", 1, "no value begins with `", "in quotes"),
    ],
)
def test_a_text_that_is_no_yaml_is_explained_where_the_mistake_is(
    text: str, line: int, fact: str, fix: str, tmp_path: Path
) -> None:
    finding = _found(tmp_path, text)
    assert (finding.code, finding.place()[0]) == ("RM002", line)
    assert fact in finding.fact
    assert fix in finding.fix
    assert "correct the" not in finding.fix


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tls: true", "enabled: true"),
        ("tls: false", "enabled: false"),
        ("auth: password", "mode: password"),
        ("redis: redis:8.2.10", "image: redis:8.2.10"),
        ("redis: {storage: 10Gi}", "size: 10Gi"),
        ("redis: {resources: {limits: 1Gi}}", "cpu: 1Gi or memory: 1Gi or ephemeral-storage: 1Gi"),
        ("sentinel: 3", "replicas: 3 or quorum: 3 or parallelSyncs: 3"),
        ("redis: {aof: no}", "enabled: false"),
    ],
)
def test_a_word_where_a_section_is_expected_is_answered_with_the_setting(
    text: str, meant: str, tmp_path: Path
) -> None:
    assert _found(tmp_path, f"{HEAD}{text}\n").fix == f"did you mean {meant}?"


@pytest.mark.parametrize(
    ("given", "example"), [("limits.yaml", "[limits.yaml]"), ("|\n  a\n  b", "lines that")]
)
def test_a_word_where_a_list_is_expected_is_answered_with_a_list(
    given: str, example: str, tmp_path: Path
) -> None:
    finding = _found(tmp_path, f"{HEAD}limits: {given}\n")
    assert finding.fix.startswith(f"write a list: {example}")


@pytest.mark.parametrize(
    "variable",
    [
        "${NS}",
        "${NS:-a}",
        "$NS",
        "$(NS)",
        "{{ns}}",
        '"{{ .Values.ns }}"',
        "{{ .Values.ns }}",
        "%NS%",
        "@NS@",
        "'%NS%'",
    ],
)
@pytest.mark.parametrize("key", ["namespace", "name", "kubernetesVersion"])
def test_every_variable_of_a_template_is_recognised(variable: str, key: str, tmp_path: Path) -> None:
    values = {"name": "redis", "namespace": "shop", key: variable}
    finding = _found(tmp_path, "".join(f"{name}: {value}\n" for name, value in values.items()))
    assert finding.fix == NO_TEMPLATE
    assert "template" in finding.fact


@pytest.mark.parametrize("line", ["{{- if .Values.redis }}", "{% if redis %}"])
def test_a_line_of_a_template_is_the_place(line: str, tmp_path: Path) -> None:
    finding = _found(tmp_path, f"{HEAD}{line}\nredis: {{}}\n")
    assert (finding.fix, finding.place()[0]) == (NO_TEMPLATE, 3)


@pytest.mark.parametrize("value", ["<namespace>", "CHANGE-ME", "TODO"])
def test_what_stands_for_a_value_is_not_made_one(value: str, tmp_path: Path) -> None:
    assert _found(tmp_path, f"name: redis\nnamespace: {value}\n").fix == "replace it with the value"


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("image", "redis.image or sentinel.image or exporters.redis.image or exporters.sentinel.image"),
        ("replicas", "redis.replicas or sentinel.replicas"),
        ("maxmemory", "redis.maxmemory"),
        ("quorum", "sentinel.quorum"),
        ("nodeSelector", "pods.nodeSelector"),
    ],
)
def test_a_key_in_the_wrong_section_is_answered_with_the_right_one(
    key: str, place: str, tmp_path: Path
) -> None:
    finding = _found(tmp_path, f"{HEAD}{key}: 3\n")
    assert finding.code == "RM003"
    assert finding.fix == f"did you mean {place}?"


@pytest.mark.parametrize("url", ["wiki.example.com/runbooks", "//wiki", "ftp://wiki"])
def test_an_address_of_runbooks_without_https_is_refused(url: str, tmp_path: Path) -> None:
    finding = _found(tmp_path, f"{HEAD}monitoring: {{enabled: true, runbookUrl: '{url}'}}\n")
    assert (finding.code, finding.path) == ("RM004", ("monitoring", "runbookUrl"))
    assert "begins with https://" in finding.fact


S3 = "store: {kind: s3, bucket: b, secretName: s}"
SECTIONS_THAT_MAY_BE_MISSING = """\
backup:
  schedule: 17 * * * *
  store: {{kind: s3, bucket: redis-backups, secretName: redis-backup-store}}
  {backup}: {{}}
restore:
  from: {{namespace: shop, name: old, store: {{kind: s3, bucket: b, secretName: s}}, {restore}: newest}}
migration:
  from: {{host: redis.old, {migration}: redis}}
"""


@pytest.mark.parametrize(
    ("section", "key", "meant"),
    [
        ("backup", "segmnets", "segments"),
        ("backup", "dril", "drill"),
        ("restore", "untill", "until"),
        ("migration", "secretkey", "secretKey"),
    ],
)
def test_a_typing_error_in_a_section_that_may_be_missing_is_answered_with_its_key(
    section: str, key: str, meant: str, tmp_path: Path
) -> None:
    keys = {"backup": "labels", "restore": "id", "migration": "user"} | {section: key}
    (tmp_path / "profile.yaml").write_text(HEAD + SECTIONS_THAT_MAY_BE_MISSING.format(**keys), "utf-8")
    with pytest.raises(ProfileRefused) as refused:
        review(tmp_path / "profile.yaml")
    fixes = [found.fix for found in refused.value.findings if str(found.path[-1]) == key]
    assert fixes == [f"did you mean {meant}?"]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("backup: true", "write {schedule: 17 * * * *, store: {kind: s3}}, or leave the key out"),
        ("backup: {schedule: 17 * * * *}", "add store: {kind: s3}"),
        ("migration: {}", "add from: {host: redis-master.shop.svc.cluster.local}"),
        (
            "restore: {from: redis}",
            "write {namespace: shop, name: redis, store: {kind: s3}}, or leave the key out",
        ),
        (f"backup: {{schedule: 17 * * * *, {S3}, segments: true}}", "write {}, or leave the key out"),
        (
            f"backup: {{schedule: 17 * * * *, {S3}, enabled: true}}",
            "remove it: the section is on where it is written",
        ),
        (f"backup: {{schedule: 17 * * * *, {S3}, retention: 30d}}", "did you mean keep?"),
        (f"backup: {{schedule: 17 * * * *, {S3[:-1]}, accessKey: x}}}}", "a profile holds no password"),
        ("migration: {from: {host: old, password: x}}", "a profile holds no password"),
        ("monitoring: {enabled: true, off: [RedisFullResyncs]}", "write {alert: RedisFullResyncs, reason: "),
    ],
)
def test_a_section_that_is_switched_on_or_filled_by_guess_is_answered_with_its_shape(
    text: str, fix: str, tmp_path: Path
) -> None:
    assert _found(tmp_path, f"{HEAD}{text}\n").fix.startswith(fix)


@pytest.mark.parametrize("key", ["architecture", "master", "replica", "global", "extends", "password"])
def test_a_key_of_another_tool_is_answered_with_what_to_do(key: str, tmp_path: Path) -> None:
    finding = _found(tmp_path, f"{HEAD}{key}: 3\n")
    assert "did you mean" not in finding.fix
    assert "use one of" not in finding.fix


def test_no_caret_blames_a_line_that_is_not_the_cause(tmp_path: Path) -> None:
    """Where nothing of the setting is written, no line is shown; else one of the setting or a section around it."""
    source = source_from_text("profile.yaml", f"# mine\n{HEAD}redis: {{replicas: 3}}\n")
    for path, shown in (
        (("sentinel", "quorum"), ""),
        (("kubernetesVersion",), ""),
        (("redis", "maxmemory"), "redis: {replicas: 3}"),
        (("redis", "replicas"), "redis: {replicas: 3}"),
        (("name",), "name: redis"),
    ):
        text = written(problems([INVALID_VALUE.at(source, path, "a fact", "a fix")]), "text")
        marked = [line for line in text.splitlines() if line[:1].isdigit() and " | " in line]
        assert [line.partition(" | ")[2] for line in marked] == ([shown] if shown else [])
        assert ("^" in text) == bool(shown)
        assert "a fact" in text
        assert ".".join(path) in text
        assert ("(not set here)" in text) == (not source.has(path))


STORE = """name: redis
namespace: shop
monitoring: {enabled: true}
backup:
  schedule: "17 * * * *"
  encryption: {secretName: encryption}
  store: {STORE}
"""


@pytest.mark.parametrize(
    ("store", "fact", "fix"),
    [
        ("kind: minio, bucket: b, secretName: s", "minio is no value", "write s3, and the address of the store as"),
        ("kind: PVC, claim: c", "PVC is no value", "write claim, and the name of a PersistentVolumeClaim as claim"),
        ("kind: S3, bucket: b, secretName: s", "S3 is no value", "write s3"),
        ("kind: azur, bucket: b", "azur is no value", "write azure"),
        ("kind: tape", "tape is no value", "write one of: s3, gcs, azure, sftp or claim"),
        (
            "kind: s3, bucket: b, secretName: s, endpoint: 'minio.example.com:9000'",
            "'minio.example.com:9000' is not an endpoint, which is https:// or http://, a host, and a port",
            "write https://minio.example.com:9000, or with http:// if it has no TLS",
        ),
        ("kind: s3, bucket: b, secretName: s, endpoint: 'HTTP://Minio/x'", "'HTTP://Minio/x' is", "write http://minio"),
        ("kind: s3, bucket: b, secretName: s, endpoint: '/x'", "'/x' is not", "write one such as https://s3.example.com"),
        (
            "kind: sftp, user: u, secretName: s, host: 'backup.example.com:2222'",
            "'backup.example.com:2222' is a host with a port",
            "write backup.example.com here, and port: 2222",
        ),
    ],
)  # fmt: skip
def test_a_store_in_the_words_of_others_is_answered_with_ours(
    tmp_path: Path, store: str, fact: str, fix: str
) -> None:
    finding = _found(tmp_path, STORE.replace("STORE", store))
    assert finding.fact.startswith(fact)
    assert finding.fix.startswith(fix)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("name: rédis\nnamespace: shop\n", "write redis"),
        ("name: redis\nnamespace: shop\nalerts: {enabled: true}\n", "write monitoring: {enabled: true}"),
        ("name: redis\nnamespace: shop\nmonitoring: {scrape: ServiceMonitor}\n", "write podMonitor"),
        ("name: redis\nnamespace: shop\nmonitoring: {grafana: true}\n", "did you mean dashboards?"),
        ("name: redis\nnamespace: shop\nmonitoring: {alerts: true}\n", "remove it: all alerts are on"),
        ("name: redis\nnamespace: shop\nredis: {storage: {kind: pvc}}\n", "write claim"),
        ("name: redis\nnamespace: shop\nredis: {replicas: 3.0}\n", "write 3"),
        ("name: redis\nnamespace: shop\nschemaVersion: 2\n", "write 1"),
        (
            "name: redis\nnamespace: shop\nmigration: {from: {host: 'old:6379', engine: redis-7.0}}\n",
            "write old here, and port: 6379",
        ),
    ],
)
def test_a_word_of_another_tool_is_answered_with_ours(tmp_path: Path, text: str, fix: str) -> None:
    assert _found(tmp_path, text).fix.startswith(fix)


@pytest.mark.parametrize(
    ("zone", "taken"), [("CEST", False), ("Berlin", False), ("UTC", True), ("W-SU", True)]
)
def test_a_time_zone_without_a_region_is_one_of_the_tz_database(
    tmp_path: Path, zone: str, taken: bool
) -> None:
    text = STORE.replace("STORE", "kind: s3, bucket: b, secretName: s").replace(
        "backup:\n", f"backup:\n  timeZone: {zone}\n"
    )
    if not taken:
        assert _found(tmp_path, text).fact == f"{zone} is no time zone of the tz database"
        return
    (tmp_path / "profile.yaml").write_text(text, encoding="utf-8")
    assert [each for each in review(tmp_path / "profile.yaml").findings if each.severity == "error"] == []
