"""Given: what a source is: values of a chart, an object that contains them, or objects of a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from redismanifests.core.sources.foreign import foreign_documents, foreign_texts
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.migrate.accounts import Tree, known_share, leaves
from redismanifests.judge.migrate.charts import CHARTS, did_you_mean
from redismanifests.judge.migrate.facts import Account
from redismanifests.judge.migrate.row import Fate, version_of
from redismanifests.profile.place import keys_in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.sources.source import Source
    from redismanifests.judge.migrate.row import Chart, Version

UMBRELLA = ("redis", "redis-ha", "valkey")
"""Keys under which a chart that contains another has its values."""
_SURE, _LIKELY = 0.9, 0.4
"""Share of the keys that a chart must know: alone, and where a key that only it has is there as well."""
_SIGNS = {
    "bitnami/redis": ("master", "replica", "global.redis", "commonConfiguration", "sentinel.masterSet"),
    "bitnami/valkey": ("primary", "global.valkey", "sentinel.primarySet"),
    "dandydeveloper/redis-ha": (
        "hardAntiAffinity",
        "persistentVolume",
        "haproxy",
        "authKey",
        "redis.masterGroupName",
    ),
}
"""Sections and keys that only this chart has."""
_STEERS = "it steers the tool that installs the chart, not Redis"
_LIST = "List"
_KNOWN = ", ".join(chart.name for chart in CHARTS)


@dataclass
class Given:
    """All that was read."""

    trees: list[Tree] = field(default_factory=list)
    """Values, in the order in which they count; the last wins."""
    bare: list[Source] = field(default_factory=list)
    """Documents that are no object: values, or something else."""
    objects: list[tuple[Source, tuple[str | int, ...], Mapping[str, Any]]] = field(default_factory=list)
    """Objects that are no wrapper of values, and where they are."""
    accounts: list[Account] = field(default_factory=list)
    """Leaves around the values."""
    chart_name: str = ""
    version: str = ""
    repository: str = ""
    release: str = ""
    namespace: str = ""
    elsewhere: list[tuple[Tree, str]] = field(default_factory=list)
    """Values that are in other objects, which were not given."""


def given(files: Mapping[str, bytes]) -> Given:
    """What the documents of ``files`` are; raises RedismanifestsError where one cannot be read."""
    found = Given()
    for name, data in files.items():
        for document in foreign_documents(name, data):
            if not isinstance(document.value, dict):
                raise RedismanifestsError(
                    f"{name} contains no mapping: it is neither values nor an object", "give one of them"
                )
            if isinstance(document.value.get("kind"), str) and "apiVersion" in document.value:
                _object(found, document, (), document.value)
            else:
                found.bare.append(document)
    if not found.bare and not found.trees and not found.objects:
        raise RedismanifestsError(
            f"{', '.join(files)}: there is nothing in it",
            "give values, a HelmRelease, an Application, or objects",
        )
    for document in found.bare:
        _bare(found, document)
    return found


def _refuse_profiles(found: Given) -> None:
    """Raises RedismanifestsError where values are a profile of ours, which needs no migration."""
    for document in filter(_is_profile, found.bare):
        raise RedismanifestsError(
            f"{document.name} is a profile already: migrate reads what another tool deployed",
            f"redismanifests migrate status {document.name} compares it with the old master that it follows"
            if "migration" in document.value
            else f"redismanifests check {document.name} judges it, and render writes its objects",
        )


def _is_profile(document: Source) -> bool:
    """Whether it has name and namespace, and the keys of a profile rather than those of a chart."""
    value = document.value
    if not all(isinstance(value.get(key), str) for key in ("name", "namespace")):
        return False
    unknown = [key for key in value if key not in keys_in_order(())]
    unknown += [
        key
        for section, below in value.items()
        if isinstance(below, dict)
        for key in below
        if section not in unknown and key not in keys_in_order((section,))
    ]
    return not unknown or (len(unknown) == 1 and not _of_chart(document))


def _of_chart(document: Source) -> bool:
    """Whether a chart has these keys, or those of a section."""
    parts = (document.value, *(document.value.get(key) for key in UMBRELLA))
    alone = [Given(trees=[Tree(document, (), part)]) for part in parts if isinstance(part, dict)]
    return any(_fits(chart, part, _share(chart, part)) for chart in CHARTS for part in alone)


def chart_of(found: Given, named: str) -> tuple[Chart, Version, str]:
    """The chart, its version, and how the version is written; ``named`` is `NAME` or `NAME:VERSION`.

    Raises RedismanifestsError for a chart that is not known here, for a version with other keys, and for a profile.
    """
    if not named:
        _refuse_profiles(found)
    name, _, version = named.partition(":")
    name, version = name or found.chart_name, version or found.version
    number = version_of(version)
    if named and version and not number:
        raise RedismanifestsError(
            f"--chart {named}: {version} is no version of a chart",
            f"write numbers, as `helm list` prints them: --chart {named.partition(':')[0]}:{CHARTS[0].newest}",
        )
    chart = _by_name(name, number, found) if name else _by_keys(found)
    if number and number < chart.oldest:
        oldest = ".".join(map(str, chart.oldest))
        raise RedismanifestsError(
            f"{chart.name} {version} is older than {oldest}, whose values have other keys",
            f"update the release to {oldest} or newer first",
        )
    return chart, number or version_of(chart.newest), version


def _by_name(name: str, number: Version, found: Given) -> Chart:
    last = name.rpartition("/")[2]
    where = f"{name} {found.repository}".lower()
    named = [chart for chart in CHARTS if chart.name.rpartition("/")[2] == last]
    owners = [chart for chart in named if chart.name.partition("/")[0] in where]
    if owners:
        return owners[0]
    # Several charts are called redis: one whose newest version is older is not meant.
    named = [chart for chart in named if number[:1] <= version_of(chart.newest)[:1]] or named
    ranked = sorted(named, key=lambda chart: -_share(chart, found))
    empty = all(not tree.value for tree in found.trees)
    if not ranked or not (empty or _fits(ranked[0], found, _share(ranked[0], found))):
        where = found.repository.strip()
        raise RedismanifestsError(
            f"the chart {name}{f' of {where}' if where else ''} is not known here; known are {_KNOWN}",
            (did_you_mean(name) if not ranked else "")
            or "name the chart with --chart if it is one of them; the profile of another is written by hand",
        )
    return ranked[0]


def _share(chart: Chart, found: Given) -> float:
    return max((known_share(chart, tree) for tree in found.trees), default=0.0)


def _by_keys(found: Given) -> Chart:
    best, share = CHARTS[0], -1.0
    for chart in CHARTS:
        if (known := _share(chart, found)) > share and _fits(chart, found, known):
            best, share = chart, known
    if share < 0:
        guess = max(CHARTS, key=lambda chart: _share(chart, found))
        unknown = round((1 - _share(guess, found)) * 100)
        raise RedismanifestsError(
            f"these are values of no chart that is known here ({_KNOWN}); {guess.name} does not have {unknown} % "
            "of the keys",
            "name the chart with --chart if it is one of them; the profile of another is written by hand",
        )
    image = next((str(tree.value["image"]) for tree in found.trees if "image" in tree.value), "")
    siblings = [each for each in CHARTS if each.keys is best.keys and each.engine in image]
    return siblings[0] if siblings else best


def _fits(chart: Chart, found: Given, known: float) -> bool:
    signs = _SIGNS.get(chart.name, ())
    signed = any(_has(tree.value, sign) for tree in found.trees for sign in signs)
    return known >= _SURE or (signed and known >= _LIKELY)


def _has(value: Any, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


def _bare(found: Given, document: Source) -> None:
    """Values of the chart itself, or of one that contains it."""
    whole = Tree(document, (), document.value)
    alone = Given(trees=[whole])
    inner = [key for key in UMBRELLA if isinstance(document.value.get(key), dict)]
    if any(_fits(chart, alone, _share(chart, alone)) for chart in CHARTS) or not inner:
        found.trees.append(whole)
        return
    fitting = [
        key
        for key in inner
        for part in [Given(trees=[Tree(document, (key,), document.value[key])])]
        if any(_fits(chart, part, _share(chart, part)) for chart in CHARTS)
    ]
    if not fitting:
        found.trees.append(whole)
        return
    key = fitting[0]
    # A chart hands `global` to those that it contains.
    shared = document.value.get("global")
    if isinstance(shared, dict):
        found.trees.append(Tree(document, (), {"global": shared}))
    found.trees.append(Tree(document, (key,), document.value[key]))
    found.chart_name = found.chart_name or ("redis-ha" if key == "redis-ha" else "")
    others = {name: value for name, value in document.value.items() if name not in (key, "global")}
    _around(found, Tree(document, (), others), f"it belongs to the chart around {key}")


def _around(found: Given, tree: Tree, reason: str) -> None:
    found.accounts += [Account(leaf.place, leaf.key, Fate.UNNEEDED, reason) for leaf in leaves(tree)]


def _elsewhere(found: Given, tree: Tree, key: str) -> None:
    """Values that are not in this source."""
    found.elsewhere.append((tree, key))
    inner = (
        tree if isinstance(tree.value, dict) else tree._replace(path=tree.path[:-1], value={key: tree.value})
    )
    found.accounts += [
        Account(leaf.place, leaf.key, Fate.NOT_KEPT, "what it names is not in this source")
        for leaf in leaves(inner)
    ]


def _object(found: Given, document: Source, at: tuple[str | int, ...], value: Mapping[str, Any]) -> None:
    kind, group = str(value["kind"]), str(value.get("apiVersion")).partition("/")[0]
    if kind.endswith(_LIST) and isinstance(value.get("items"), list):
        for number, item in enumerate(value["items"]):
            if isinstance(item, dict) and isinstance(item.get("kind"), str):
                _object(found, document, (*at, "items", number), item)
    elif kind == "HelmRelease":
        _helm_release(found, document, at, value)
    elif kind == "Application" and group == "argoproj.io":
        _application(found, document, at, value)
    elif kind == "HelmChart" and group == "helm.cattle.io":
        _helm_chart(found, document, at, value)
    elif kind in ("HelmRepository", "OCIRepository"):
        _repository(found, document, at, value)
    else:
        found.objects.append((document, at, value))


def _texts(value: Any, *keys: str) -> str:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _repository(found: Given, document: Source, at: tuple[str | int, ...], value: Mapping[str, Any]) -> None:
    found.repository += f" {_texts(value, 'spec', 'url')}"
    if value["kind"] == "OCIRepository":
        found.chart_name = found.chart_name or _texts(value, "spec", "url").rpartition("/")[2]
        found.version = found.version or _texts(value, "spec", "ref", "tag")
    _around(found, Tree(document, at, value), _STEERS)


def _helm_release(
    found: Given, document: Source, at: tuple[str | int, ...], value: Mapping[str, Any]
) -> None:
    spec = value.get("spec") if isinstance(value.get("spec"), dict) else {}
    chart = spec.get("chart") if isinstance(spec, dict) else {}
    inner = chart.get("spec") if isinstance(chart, dict) else {}
    if isinstance(inner, dict) and inner:
        found.chart_name = _texts(inner, "chart")
        found.version = str(inner.get("version") or "")
        found.repository += f" {_texts(inner, 'sourceRef', 'name')}"
    found.release = _texts(spec, "releaseName") or _texts(value, "metadata", "name")
    found.namespace = _texts(spec, "targetNamespace") or _texts(value, "metadata", "namespace")
    values = spec.get("values") if isinstance(spec, dict) else None
    rest = {**value, "spec": {key: each for key, each in (spec or {}).items() if key != "values"}}
    found.trees.append(Tree(document, (*at, "spec", "values"), values if isinstance(values, dict) else {}))
    for key in ("valuesFrom", "postRenderers"):
        if isinstance(spec, dict) and spec.get(key):
            _elsewhere(found, Tree(document, (*at, "spec", key), spec[key]), key)
            rest["spec"].pop(key)
    _around(found, Tree(document, at, rest), _STEERS)


def _application(found: Given, document: Source, at: tuple[str | int, ...], value: Mapping[str, Any]) -> None:
    spec = value.get("spec") if isinstance(value.get("spec"), dict) else {}
    sources = [("source",)] if isinstance(spec, dict) and isinstance(spec.get("source"), dict) else []
    listed = spec.get("sources") if isinstance(spec, dict) else None
    places: list[tuple[str | int, ...]] = [*sources]
    if isinstance(listed, list):
        places += [("sources", number) for number, each in enumerate(listed) if isinstance(each, dict)]
    found.release = _texts(value, "metadata", "name")
    found.namespace = _texts(spec, "destination", "namespace")
    taken: list[tuple[str | int, ...]] = []
    for place in places:
        source: Any = spec
        for step in place:
            source = source[step]
        helm = source.get("helm") if isinstance(source.get("helm"), dict) else {}
        if not source.get("chart") and not helm:
            continue
        found.chart_name = found.chart_name or str(source.get("chart") or "")
        found.version = found.version or str(source.get("targetRevision") or "")
        found.repository += f" {_texts(source, 'repoURL')}"
        found.release = _texts(helm, "releaseName") or found.release
        base = (*at, "spec", *place, "helm")
        taken += _helm_of_argo(found, document, base, helm)
    _around(found, Tree(document, at, _without(value, [each[len(at) :] for each in taken])), _STEERS)


def _helm_of_argo(
    found: Given, document: Source, base: tuple[str | int, ...], helm: Mapping[str, Any]
) -> list[tuple[str | int, ...]]:
    """The places of the values: those of `parameters` count before `valuesObject`, these before `values`."""
    taken: list[tuple[str | int, ...]] = []
    if isinstance(helm.get("values"), str):
        where = f"{document.name} ({'.'.join(map(str, (*base, 'values')))})"
        found.trees += [
            Tree(inner, (), inner.value)
            for inner in foreign_texts(where, helm["values"])
            if isinstance(inner.value, dict)
        ]
        taken.append((*base, "values"))
    if isinstance(helm.get("valuesObject"), dict):
        found.trees.append(Tree(document, (*base, "valuesObject"), helm["valuesObject"]))
        taken.append((*base, "valuesObject"))
    for number, each in enumerate(helm.get("parameters") or ()):
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            inner = _nested(each["name"].replace("\\.", "\0").split("."), _typed(each))
            found.trees.append(Tree(document, (*base, "parameters", number), inner))
    if isinstance(helm.get("parameters"), list):
        taken.append((*base, "parameters"))
    for key in ("valueFiles", "fileParameters"):
        if helm.get(key):
            _elsewhere(found, Tree(document, (*base, key), helm[key]), key)
            taken.append((*base, key))
    return taken


def _nested(keys: list[str], value: Any) -> Any:
    for key in reversed(keys):
        value = {key.replace("\0", "."): value}
    return value


def _typed(parameter: Mapping[str, Any]) -> Any:
    """As `helm --set` reads it; with `forceString` it is a text."""
    value = parameter.get("value")
    if parameter.get("forceString") or not isinstance(value, str):
        return value
    words = {"true": True, "false": False, "null": None}
    return words.get(value, int(value) if value.isdecimal() and (value == "0" or value[0] != "0") else value)


def _helm_chart(found: Given, document: Source, at: tuple[str | int, ...], value: Mapping[str, Any]) -> None:
    spec = value.get("spec") if isinstance(value.get("spec"), dict) else {}
    found.chart_name = _texts(spec, "chart").rpartition("/")[2]
    found.repository += f" {_texts(spec, 'repo')} {_texts(spec, 'chart')}"
    found.version = str((spec or {}).get("version") or "")
    found.release = _texts(value, "metadata", "name")
    found.namespace = _texts(spec, "targetNamespace") or _texts(value, "metadata", "namespace")
    if content := _texts(spec, "valuesContent"):
        where = f"{document.name} ({'.'.join(map(str, (*at, 'spec', 'valuesContent')))})"
        found.trees += [
            Tree(inner, (), inner.value)
            for inner in foreign_texts(where, content)
            if isinstance(inner.value, dict)
        ]
    _around(found, Tree(document, at, _without(value, [("spec", "valuesContent")])), _STEERS)


def _without(value: Any, places: list[tuple[str | int, ...]]) -> Any:
    """``value`` without what is at ``places``."""
    if isinstance(value, dict):
        return {
            key: _without(each, [place[1:] for place in places if place[0] == key])
            for key, each in value.items()
            if (key,) not in places
        }
    return value
