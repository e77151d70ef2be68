"""Mesh formulas: the labels and annotations by which a service mesh is asked to put a proxy into pods, or not to.

Sources: istio.io (sidecar injection), linkerd.io (proxy injection), kuma.io (data plane on Kubernetes) and HashiCorp's
Consul documentation. Out of scope: meshes without a proxy in each pod, such as Istio's ambient mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Injector(NamedTuple):
    """One key that a mesh reads, of a pod or of its namespace."""

    key: str
    asks: tuple[str, ...]
    """Values that ask for a proxy; none means any."""
    way_out: tuple[str, str, str]
    """Where a pod says no: labels or annotations, key, value."""


_ISTIO = ("labels", "sidecar.istio.io/inject", "false")
INJECTORS = (
    Injector("sidecar.istio.io/inject", ("true",), _ISTIO),
    Injector("istio-injection", ("enabled",), _ISTIO),
    Injector("istio.io/rev", (), _ISTIO),
    Injector("linkerd.io/inject", ("enabled", "ingress"), ("annotations", "linkerd.io/inject", "disabled")),
    Injector(
        "kuma.io/sidecar-injection",
        ("enabled", "true"),
        ("labels", "kuma.io/sidecar-injection", "disabled"),
    ),
    Injector(
        "consul.hashicorp.com/connect-inject",
        ("true",),
        ("annotations", "consul.hashicorp.com/connect-inject", "false"),
    ),
)


def asks(injector: Injector, texts: Mapping[str, object]) -> bool:
    """Whether labels or annotations ask for this proxy."""
    value = texts.get(injector.key)
    return value is not None and (str(value) in injector.asks or (not injector.asks and value != ""))


def asked(texts: Mapping[str, object]) -> Iterator[Injector]:
    """The keys among labels or annotations that ask for a proxy."""
    return (each for each in INJECTORS if asks(each, texts))


def says_no(injector: Injector, labels: Mapping[str, object], annotations: Mapping[str, object]) -> bool:
    """Whether pods with these labels and annotations refuse the proxy that their namespace asks for."""
    kind, key, value = injector.way_out
    return (labels if kind == "labels" else annotations).get(key) == value


def injectors(metadata: object) -> tuple[Injector, ...]:
    """What the labels and annotations of a Namespace's ``metadata``, as it was read, ask for."""
    texts = [metadata.get(kind) for kind in ("labels", "annotations")] if isinstance(metadata, dict) else []
    return tuple(each for text in texts if isinstance(text, dict) for each in asked(text))
