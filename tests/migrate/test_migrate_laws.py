"""Laws over random values: every key is accounted for, no password is shown, the profile passes `check`."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given as examples_of
from hypothesis import settings
from hypothesis import strategies as st
from valuestrees import PASSWORD, charts, leaf_count, trees

from examples import examples
from redismanifests.core.findings import Severity
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.migrate.migration import Migration, Options, migrate
from redismanifests.judge.review import review_of
from redismanifests.present.documents.migration import migration
from redismanifests.present.writers import WRITERS, Part, formats, written

Case = tuple[str, str, dict[str, Any]]
"""Name and version of a chart, and values."""
VERSIONS = {
    "bitnami/redis": ("14.0.0", "18.19.4", "20.3.0", ""),
    "bitnami/valkey": ("2.0.0", ""),
    "dandydeveloper/redis-ha": ("4.12.0", "4.20.0", ""),
    "cloudpirates/redis": ("0.3.1", "0.26.2", ""),
    "cloudpirates/valkey": ("0.9.0", ""),
}


def _migrated(chart: str, version: str, document: Any) -> Migration:
    data = yaml.safe_dump(document, allow_unicode=True).encode()
    return migrate({"values.yaml": data}, Options(namespace="shop", chart=f"{chart}:{version}"))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    chart = draw(charts)
    return chart.name, draw(st.sampled_from(VERSIONS[chart.name])), draw(trees(chart))


@examples_of(cases())
@settings(max_examples=examples(400))
def test_every_leaf_is_accounted_for_once(case: Case) -> None:
    chart, version, tree = case
    found = _migrated(chart, version, tree)
    assert len(found.accounts) == (leaf_count(tree) if tree else 0)
    places = [(each.place.path, each.key) for each in found.accounts]
    assert len(set(places)) == len(places)
    assert all(each.text for each in found.accounts)


@examples_of(cases())
@settings(max_examples=examples(200))
def test_no_output_contains_a_password(case: Case) -> None:
    chart, version, tree = case
    found = _migrated(chart, version, tree)
    for form in formats(Part.SCREEN, Part.DATA, Part.FINDINGS):
        assert PASSWORD not in written(migration(found), form), WRITERS[form]


@examples_of(cases())
@settings(max_examples=examples(200))
def test_the_profile_passes_check_where_nothing_is_open(case: Case) -> None:
    chart, version, tree = case
    found = _migrated(chart, version, tree)
    reviewed = review_of(source_from_text("profile.yaml", found.profile))
    errors = [each for each in reviewed.findings if each.severity is Severity.ERROR and not each.waived]
    assert not errors or found.open, errors
    assert "bitnami" not in str(reviewed.profile.redis.image)
    assert reviewed.profile.redis.replicas >= 3


@examples_of(cases(), st.sampled_from(("redis", "redis-ha", "valkey")))
@settings(max_examples=examples(100))
def test_every_leaf_around_the_values_is_accounted_for(case: Case, key: str) -> None:
    chart, version, tree = case
    release = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": key, "namespace": "shop"},
        "spec": {
            "chart": {"spec": {"chart": chart, "version": version or "99.0.0"}},
            "valuesFrom": [{"kind": "Secret", "name": "x"}],
            "interval": "1h",
            "values": tree,
        },
    }
    found = migrate({"release.yaml": yaml.safe_dump(release, allow_unicode=True).encode()}, Options())
    expected = leaf_count(release) if tree else leaf_count(release) - 1
    assert len(found.accounts) == expected
    assert json.loads(written(migration(found), "json"))["open"] is found.open
