"""Origin: which chart, tool or operator made a set of objects, by the labels that it sets.

Source: Helm docs, labels and annotations (helm.sh/chart); Kubernetes docs, recommended labels; older charts write
``chart`` and ``heritage``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redismanifests.core.object import Object

OURS = "redismanifests"
MANAGED, _PART = "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of"
_CHART = pattern(r"(?P<name>[A-Za-z][\w-]*?)-v?(?P<version>\d[\w.+-]*)")
_IMAGES = (("bitnami", "Bitnami"), ("cloudpirates", "CloudPirates"), ("argoproj", "Argo CD"))


def is_ours(item: Object) -> bool:
    """Whether this project rendered an object."""
    return (item["metadata"].get("labels") or {}).get(MANAGED) == OURS


class Origin(NamedTuple):
    """Whose objects these are, as far as their labels say; every field may be empty."""

    chart: str = ""
    """``redis`` of ``helm.sh/chart: redis-23.1.1``."""
    version: str = ""
    vendor: str = ""
    """``Bitnami``, where images or labels name one."""
    manager: str = ""
    """``Helm``, an operator's name, or ours."""
    application: str = ""
    """``argocd``: what they are a part of."""

    def __str__(self) -> str:
        """For a sentence: ``Bitnami chart redis 23.1.1``."""
        if self.manager == OURS:
            return "rendered by redismanifests"
        if self.chart:
            return " ".join(filter(None, (self.vendor, "chart", self.chart, self.version)))
        if self.manager not in ("", "Helm"):
            return f"made by {self.manager}"
        if self.application:
            return f"part of {self.application}"
        return "manifests that name no chart"


def origin_of(objects: Iterable[Object]) -> Origin:
    """What most of the objects say; those without labels are not counted."""
    items = tuple(objects)
    labels = [_labels(item) for item in items]
    chart = _CHART.fullmatch(_most(each.get("helm.sh/chart") or each.get("chart", "") for each in labels))
    images = " ".join(str(image) for item in items for image in _images(item))
    return Origin(
        chart=chart["name"] if chart else "",
        version=chart["version"] if chart else "",
        vendor=next((vendor for word, vendor in _IMAGES if chart and word in images), ""),
        manager=_most(each.get(MANAGED) or each.get("heritage", "") for each in labels),
        application=_most(each.get(_PART, "") for each in labels),
    )


def _most(words: Iterable[str]) -> str:
    """The word that comes most often; the first of equals."""
    counted = Counter(word for word in words if word)
    return max(counted, key=lambda word: counted[word], default="")


def _labels(item: Object) -> Mapping[str, str]:
    metadata = item.get("metadata")
    found = metadata.get("labels") if isinstance(metadata, dict) else None
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _images(item: Object) -> Iterable[object]:
    spec = item.get("spec")
    template = spec.get("template") if isinstance(spec, dict) else None
    pod = template.get("spec") if isinstance(template, dict) else None
    for container in (pod.get("containers") or ()) if isinstance(pod, dict) else ():
        if isinstance(container, dict):
            yield container.get("image", "")
