"""Objects of a cluster: every field is accounted for, what runs counts, and contents of Secrets are never read."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given as examples_of
from hypothesis import settings
from hypothesis import strategies as st

from examples import examples
from redismanifests.core.sources.source import source_from_text
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.migrate.migration import Migration, Options, migrate
from redismanifests.judge.migrate.row import Fate, Shape
from redismanifests.judge.review import review_of
from redismanifests.present.documents.migration import migration
from redismanifests.present.writers import Part, formats, written

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
FOREIGN = sorted((TESTS / "rehearse" / "foreign").glob("*.yaml"))
CASE = (TESTS / "cli" / "cases" / "migrate_objects.txt").read_text("utf-8")
OBJECTS = CASE.partition("-- objects.yaml --\n")[2].partition("-- other.yaml --")[0]
VALUES = CASE.partition("-- values.yaml --\n")[2].partition("-- objects.yaml --")[0]
PASSWORD = "Marked-pa55word"


def _migrated(text: str, release: str = "") -> Migration:
    return migrate({"objects.yaml": text.encode()}, Options(namespace="shop", release=release))


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths of values without others in them; no API server stores a null."""
    inner: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    if value is not None and not isinstance(value, dict | list):
        yield path
    for key, each in inner:
        yield from _leaves(each, (*path, key))


def _release(file: Path) -> str:
    return "primary" if file.stem == "apart" else ""


@pytest.mark.parametrize("file", FOREIGN, ids=lambda file: file.stem)
def test_every_field_of_every_object_is_accounted_for_once(file: Path) -> None:
    text = file.read_text("utf-8")
    found = _migrated(text, _release(file))
    assert _unaccounted(found, list(yaml.safe_load_all(text))) == []


def test_every_field_of_a_dump_is_accounted_for_once() -> None:
    assert _unaccounted(_migrated(OBJECTS), [yaml.safe_load(OBJECTS)]) == []


def _unaccounted(found: Migration, documents: list[Any]) -> list[tuple[str | int, ...]]:
    """Fields that no account covers, and those with two accounts; accounts are in the order of the documents."""
    paths: dict[int, list[tuple[str | int, ...]]] = {}
    for each in found.accounts:
        paths.setdefault(id(each.place.document), []).append(each.place.path)
    left = [path for each in paths.values() for path in each if each.count(path) > 1]
    for document, known in zip(documents, paths.values(), strict=True):
        of_a_list = {("apiVersion",), ("kind",)} if "items" in document else set()
        for leaf in set(_leaves(document)) - of_a_list:
            if not any(leaf[: len(path)] == path for path in known):
                left.append(leaf)
    return left


def test_what_runs_counts_before_what_a_file_says() -> None:
    files = {"values.yaml": VALUES.encode(), "objects.yaml": OBJECTS.encode()}
    found = migrate(files, Options())
    assert (found.today.pods, found.today.amounts["limits.memory"], found.today.disk) == (5, "1Gi", "6Gi")
    fates = {each.key: each.fate for each in found.accounts}
    assert fates["replica.resources.limits.memory"] is Fate.NO_EFFECT
    assert found.today.origin == "bitnami/redis 20.3.0"


def test_objects_and_values_of_the_same_release_give_the_same_profile() -> None:
    alone = migrate({"objects.yaml": OBJECTS.encode()}, Options()).profile
    both = migrate({"values.yaml": VALUES.encode(), "objects.yaml": OBJECTS.encode()}, Options()).profile
    assert yaml.safe_load(alone) == yaml.safe_load(both)


@pytest.mark.parametrize("file", FOREIGN, ids=lambda file: file.stem)
def test_the_profile_of_objects_passes_check(file: Path) -> None:
    found = _migrated(file.read_text("utf-8"), _release(file))
    assert [each for each in found.checked if each.severity == "error"] == []
    assert review_of(source_from_text("profile.yaml", found.profile)).profile.redis.replicas >= 3


def test_contents_of_secrets_and_written_passwords_are_in_no_output() -> None:
    document = yaml.safe_load(OBJECTS)
    for item in document["items"]:
        if item["kind"] == "Secret":
            item["data"] = {"word": PASSWORD}
        if item["kind"] == "ConfigMap":
            item["data"]["redis.conf"] += f"requirepass {PASSWORD}\nmasterauth {PASSWORD}\n"
            item["data"]["sentinel.conf"] += f"sentinel auth-pass cache {PASSWORD}\n"
        if item["kind"] == "StatefulSet":
            container = item["spec"]["template"]["spec"]["containers"][0]
            container["env"].append({"name": "MASTER_PASSWORD", "value": PASSWORD})
            container["args"] = ["redis-server", "--requirepass", PASSWORD]
    found = _migrated(yaml.safe_dump(document))
    assert {"RM352"} <= {each.code for each in found.findings}
    for form in formats(Part.SCREEN, Part.DATA, Part.FINDINGS):
        assert PASSWORD not in written(migration(found), form)


def test_a_secret_of_the_release_is_not_kept_and_another_is() -> None:
    document = yaml.safe_load(OBJECTS)
    assert "secretName: cache-login" in _migrated(OBJECTS).profile
    secret = next(each for each in document["items"] if each["kind"] == "Secret")
    secret["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
    found = _migrated(yaml.safe_dump(document))
    assert "secretName" not in found.profile
    assert "RM361" in {each.code for each in found.findings}


def test_without_a_label_of_a_chart_the_words_of_scripts_and_arguments_count() -> None:
    found = _migrated(FOREIGN[-1].read_text("utf-8"))
    assert found.today.shape is Shape.SENTINEL
    assert (found.today.sentinels, found.today.append_only, found.today.down_after_ms) == (3, True, 3000)
    assert found.today.password
    assert found.today.plain


def test_labels_by_which_todays_pods_keep_apart_are_not_those_of_the_new_ones() -> None:
    (file,) = (each for each in FOREIGN if each.stem == "redis-ha")
    items = list(yaml.safe_load_all(file.read_text("utf-8")))
    (workload,) = (each for each in items if each["kind"] == "StatefulSet")
    template = workload["spec"]["template"]
    template["metadata"]["labels"] |= {"old-redis-ha": "replica", "team": "shop"}
    term = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {"old-redis-ha": "replica"}},
    }
    apart = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    template["spec"]["affinity"] = {"podAntiAffinity": apart}
    profile = yaml.safe_load(_migrated(yaml.safe_dump_all(items)).profile)
    assert profile["pods"]["labels"] == {"team": "shop"}


def test_a_name_that_an_object_has_is_not_taken() -> None:
    document = yaml.safe_load(OBJECTS)
    document["items"].append(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cache-redis-ha"}, "spec": {}}
    )
    assert "\nname: cache-redis-next " in _migrated(yaml.safe_dump(document)).profile


PATHS = [(at, *rest) for at, item in enumerate(yaml.safe_load(OBJECTS)["items"]) for rest in _leaves(item)]


@examples_of(
    st.sampled_from(PATHS),
    st.sampled_from((None, "", 0, -1, True, "x", [], {}, [None], {"a": 1}, "a b $(c)")),
)
@settings(max_examples=examples(300))
def test_a_changed_field_is_read_or_refused_with_its_place(
    path: tuple[str | int, ...], value: object
) -> None:
    document = deepcopy(yaml.safe_load(OBJECTS))
    inner: Any = document["items"]
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    try:
        found = _migrated(yaml.safe_dump(document))
    except RedismanifestsError as error:
        assert error.fact
        assert error.fix
    else:
        written(migration(found), "json")
