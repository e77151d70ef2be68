"""Final: judges Kubernetes objects as they will be applied: the output of kustomize, or a folder.

What is rendered may be changed on its way to the cluster. Here the objects themselves are judged, with the profile that
they come from or without one, and each finding is at its object. Objects that are none of a Redis deployment are
passed over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from redismanifests.core.feature import rules_in
from redismanifests.core.findings import Finding
from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.core.sources.documents import documents
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.values.image import Image
from redismanifests.errors import RedismanifestsError
from redismanifests.features.engine.rules import engine, image
from redismanifests.features.exporter import rules as exporter
from redismanifests.judge.foreign.grouping import together
from redismanifests.judge.foreign.origin import OURS
from redismanifests.judge.foreign.server import KINDS, ROLES, served_by, servers
from redismanifests.judge.foreign.sight import sight
from redismanifests.judge.kubernetes import violations
from redismanifests.judge.kubernetes.decoded import decoded_objects
from redismanifests.judge.kubernetes.shape import missing_parts
from redismanifests.judge.objects.index import MANIFEST_RULES
from redismanifests.judge.objects.objects import Manifests, serving
from redismanifests.judge.objects.overlay import CHECKSUM
from redismanifests.judge.objects.references import BROKEN_REFERENCE, faults
from redismanifests.judge.objects.schema import REFUSED_BY_SCHEMA
from redismanifests.profile.defaults import completed
from redismanifests.profile.form import validated
from redismanifests.profile.formulas import exporter as served
from redismanifests.render.rendered import RenderedObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from redismanifests.core.feature import Rule
    from redismanifests.core.findings import Path
    from redismanifests.core.object import Manifest, Object
    from redismanifests.core.sources.source import Source
    from redismanifests.judge.kubernetes.violation import Violation
    from redismanifests.profile.model import Profile


_DOCUMENT = pattern(r"^---(?=\s|$)", re.MULTILINE)
"""What separates documents, in block scalars too: YAML 1.2.2, 9.1.4."""
_POD_NAME = "statefulset.kubernetes.io/pod-name"
_OF_DEPLOYMENTS = ("ConfigMap", "ServiceAccount", "Secret", "PersistentVolumeClaim")
"""Kinds of which another application's do no harm to a judgement."""
_FIELDS: Mapping[str, Path] = {
    "RM250": ("metadata", "namespace"),
    "RM252": ("spec", "replicas"),
    "RM253": ("spec", "template", "metadata", "annotations", CHECKSUM),
    "RM254": ("spec", "selector", "matchLabels"),
}
"""The field of the set that a rule over objects is about, where there is one."""
_ACCOUNT = pattern(r"^\s*user \S+ on ", re.MULTILINE)
"""A line of redis.conf that makes an account."""
_IMAGE_RULES: tuple[Rule[Profile], ...] = rules_in((engine, image, exporter))
"""Of these, what they find at an image."""


class Placed(NamedTuple):
    """An object and its place: its document, and its list in it."""

    manifest: Manifest
    name: str
    text: str
    line: int
    """Lines before its document."""
    path: Path = ()

    @property
    def source(self) -> Source:
        """Its document, with lines counted from the beginning of the stream; parsed only for a finding."""
        return source_from_text(self.name, "\n" * self.line + self.text)

    @property
    def namespace(self) -> str:
        """The namespace that it names; empty where kubectl decides."""
        return str(self.manifest["metadata"].get("namespace") or "")


def read(name: str, text: str) -> tuple[Placed, ...]:
    """Every object of a stream of documents and lists; raises SourceError at the place where it is no YAML."""
    found: list[Placed] = []
    begins = [0, *(match.end() for match in _DOCUMENT.finditer(text))]
    ends = [*(match.start() for match in _DOCUMENT.finditer(text)), len(text)]
    for begin, end in zip(begins, ends, strict=True):
        chunk = text[begin:end]
        line = text.count("\n", 0, begin)
        try:
            found += [
                placed for document in documents(chunk) for placed in _objects(document, name, chunk, line)
            ]
        except ValueError as error:
            source_from_text(name, "\n" * line + chunk)
            raise RedismanifestsError(f"{name}: {error}", "give manifests that kubectl can read") from None
    return tuple(found)


def _objects(document: Any, name: str, text: str, line: int) -> Iterator[Placed]:
    for path, found in decoded_objects(document):
        metadata = found.get("metadata")
        if isinstance(found.get("kind"), str) and isinstance(metadata, dict) and metadata.get("name"):
            yield Placed(found, name, text, line, path)


class FinalJudgement(NamedTuple):
    """What a judgement of objects says."""

    findings: tuple[Finding, ...]
    sentences: tuple[str, ...]
    """What the deployments of others say about themselves; nothing relies on what is not legal."""


def judgement(objects: Sequence[Placed], version: str) -> FinalJudgement:
    """Everything about the objects of Redis deployments, against the schemas of Kubernetes ``version``.

    Raises RedismanifestsError where no StatefulSet or Deployment among them runs Redis or Sentinel.
    """
    mine = deployments(objects)
    if not mine:
        what = "1 Kubernetes object" if len(objects) == 1 else f"{len(objects)} Kubernetes objects"
        raise RedismanifestsError(
            f"{objects[0].name}: {what}, and no StatefulSet or Deployment of Redis or Sentinel",
            "a profile has no apiVersion and no kind (redismanifests init writes one); LimitRanges go with --limits",
        )
    found: set[Finding] = set()
    sentences: list[str] = []
    for namespace in dict.fromkeys(each.namespace for each in mine):
        there = [each for each in mine if each.namespace == namespace]
        broken = [(each, _broken(each.manifest, version)) for each in there]
        for each, refused in broken:
            found.update(_refused(each, refused, version))
        # What has not the shape of its kind cannot be judged further.
        legal = [each for each, refused in broken if not refused]
        found.update(_of_legal(legal, whole=len(legal) == len(there)))
        sentences += _said([each.manifest for each in legal])
    return FinalJudgement(tuple(sorted(found, key=Finding.sort_key)), tuple(sentences))


def _said(items: Sequence[Manifest]) -> Iterator[str]:
    there = servers(items)
    if any(each.sentinel for each in there):
        found = sight(together(there, items), items)
        if found.origin.manager != OURS:
            yield from found.sentences()


def deployments(objects: Iterable[Placed]) -> tuple[Placed, ...]:
    """The objects that can be recognized as part of a Redis deployment."""
    objects = tuple(objects)
    sets = [each for each in objects if each.manifest["kind"] in KINDS and _is_redis(each.manifest)]
    labels = [(each.namespace, _labels(each.manifest)) for each in sets]
    spaces = {space for space, _ in labels}
    return tuple(
        each
        for each in objects
        if any(each is one for one in sets)
        or (each.namespace in spaces and each.manifest["kind"] in _OF_DEPLOYMENTS)
        or _selects(each, labels)
    )


def _is_redis(manifest: Object) -> bool:
    try:
        pod = manifest["spec"]["template"]["spec"]
        return any(served_by(pod, role) for role in ROLES)
    except (KeyError, TypeError, AttributeError):
        return False  # another application's, of a shape that its schema refuses


def _labels(manifest: Object) -> Mapping[str, str]:
    return _mapping(_mapping(manifest["spec"]["template"].get("metadata")).get("labels"))


def _mapping(value: Any) -> Object:
    """``value`` where it is a mapping; its schema refuses it elsewhere."""
    return value if isinstance(value, dict) else {}


def _selects(each: Placed, labels: Iterable[tuple[str, Mapping[str, str]]]) -> bool:
    if each.manifest["kind"] not in ("Service", "PodDisruptionBudget", "NetworkPolicy"):
        return False
    spec = _mapping(each.manifest.get("spec"))
    selector = _mapping(spec.get("podSelector") or spec.get("selector"))
    wanted = dict(_mapping(selector.get("matchLabels", selector)))
    wanted.pop(_POD_NAME, None)
    # A Service of one pod has no other label where something took them away.
    if not wanted:
        return _POD_NAME in selector
    return any(
        space == each.namespace and all(each_labels.get(name) == value for name, value in wanted.items())
        for space, each_labels in labels
    )


def _refused(each: Placed, broken: Iterable[Violation], version: str) -> Iterator[Finding]:
    what = f"{each.manifest['kind']} {each.manifest['metadata']['name']}"
    for violation in broken:
        fix = f"change what writes this; Kubernetes {version} refuses it"
        yield REFUSED_BY_SCHEMA.at(each.source, each.path, f"{what}: {violation}", fix)


def _of_legal(legal: Sequence[Placed], *, whole: bool) -> Iterator[Finding]:
    """What is found in the objects of a namespace that are legal; ``whole``: whether all are."""
    manifests = Manifests(each.manifest for each in legal)
    for rule in MANIFEST_RULES:
        for finding in rule.findings(manifests, None):
            yield _placed(finding, _named_in(finding.fact, legal))
    # One that is not legal is missed by all that name it.
    rendered = [RenderedObject(each.name, each.manifest) for each in legal if whole]
    for fault in faults(tuple(rendered)):
        at = _named_in(fault.fact, legal)
        yield BROKEN_REFERENCE.at(at.source, at.path, fault.fact, fault.fix)
    fenced = any(each.manifest["kind"] == "NetworkPolicy" for each in legal)
    for each in legal:
        if each.manifest["kind"] == "StatefulSet":
            texts = "\n".join(text for _, text in manifests.texts(each.manifest))
            yield from _of_images(each, fenced=fenced, accounts=bool(_ACCOUNT.search(texts)))


def _broken(manifest: Manifest, version: str) -> tuple[Violation, ...]:
    """What its schema refuses, or the parts without which an object is none of its kind."""
    return tuple(violations(manifest, version)) or tuple(missing_parts(manifest))


def _named_in(fact: str, objects: Sequence[Placed]) -> Placed:
    """The object that a finding is about: the longest name in its words, workloads first."""
    ordered = sorted(
        objects,
        key=lambda each: (
            each.manifest["kind"] != "StatefulSet",
            -len(each.manifest["metadata"]["name"]),
        ),
    )
    for each in ordered:
        if re.search(rf"(?<![\w-]){re.escape(each.manifest['metadata']['name'])}(?![\w-])", fact):
            return each
    return ordered[0]


def _placed(finding: Finding, at: Placed) -> Finding:
    field = _FIELDS.get(finding.code, ("metadata", "name"))
    return finding._replace(source=at.source, path=(*at.path, *field), at_key=False, changes=())


def _of_images(each: Placed, *, fenced: bool, accounts: bool) -> Iterator[Finding]:
    """What the rules of a profile find at an image, asked of the images that are really there."""
    pod = each.manifest["spec"]["template"]["spec"]
    place = (*each.path, "spec", "template", "spec", "containers")
    for section in ("redis", "sentinel"):
        found = serving(pod, section)
        if found is None:
            continue
        images: dict[Path, int] = {}
        """Where a profile has the image -> number of the container."""
        for index, container in enumerate(pod["containers"]):
            try:
                name = Image.parse(str(container.get("image", ""))).name
            except ValueError as error:
                fact = f"container {container['name']} of {each.manifest['metadata']['name']}: {error}"
                yield BROKEN_REFERENCE.at(each.source, (*place, index), fact, "change what writes the image")
                continue
            if container is found[0]:
                images[(section, "image")] = index
            elif name == served.NAME:
                images[("exporters", section, "image")] = index
        if (section, "image") not in images:
            continue
        asked = _profile({path: pod["containers"][index]["image"] for path, index in images.items()})
        asked |= {"networkPolicy": {"enabled": fenced}, "auth": {"mode": "acl" if accounts else "none"}}
        profile = completed(validated(asked))
        for rule in _IMAGE_RULES:
            for finding in rule.findings(profile, None):
                if finding.path in images:
                    at = (*place, images[finding.path], "image")
                    yield finding._replace(source=each.source, path=at, at_key=False, changes=())


def _profile(images: Mapping[Path, str]) -> Manifest:
    """A profile with these images and no exporter but those."""
    engine_name = "valkey" if any("valkey" in written for written in images.values()) else "redis"
    asked: Manifest = {"name": "redis", "namespace": "default", "engine": engine_name}
    asked["exporters"] = {"redis": {"enabled": False}, "sentinel": {"enabled": False}}
    for path, written in images.items():
        section = asked
        for key in path[:-1]:
            section = section.setdefault(str(key), {})
        section |= {"image": written, **({"enabled": True} if path[0] == "exporters" else {})}
    return asked
