"""A namespace that asks for proxies is told of, unless the pods refuse them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.judge.review import review
from redismanifests.profile.formulas.mesh import INJECTORS, Injector

if TYPE_CHECKING:
    from pathlib import Path


def found(tmp_path: Path, metadata: str, profile: str = "") -> list[tuple[str, str]]:
    """Codes and fixes of what is said about proxies."""
    (tmp_path / "namespace.yaml").write_text(f"apiVersion: v1\nkind: Namespace\nmetadata: {metadata}\n")
    path = tmp_path / "profile.yaml"
    path.write_text(f"name: redis\nnamespace: shop\nlimits: [namespace.yaml]\n{profile}")
    return [(each.code, each.fix) for each in review(path).findings if each.code in ("RM264", "RM265")]


@pytest.mark.parametrize("kind", ["labels", "annotations"])
@pytest.mark.parametrize("injector", INJECTORS, ids=lambda each: each.key)
def test_each_key_is_told_and_its_fix_takes_it_away(tmp_path: Path, injector: Injector, kind: str) -> None:
    for value in injector.asks or ("stable",):
        asking = f'{{{kind}: {{{injector.key}: "{value}"}}}}'
        ((code, fix),) = found(tmp_path, asking)
        place, key, no = injector.way_out
        assert (code, fix) == ("RM265", f'set pods.{place} {key} to "{no}"')
        assert found(tmp_path, asking, f'pods: {{{place}: {{{key}: "{no}"}}}}\n') == []
    assert found(tmp_path, f'{{{kind}: {{{injector.key}: ""}}}}') == []


@pytest.mark.parametrize("metadata", ["{}", "{labels: {app: shop}}", "{labels: {istio-injection: disabled}}"])
def test_a_namespace_that_asks_for_nothing_is_not_told_of(tmp_path: Path, metadata: str) -> None:
    assert found(tmp_path, metadata) == []


@pytest.mark.parametrize("metadata", ["[]", "5", "{labels: []}", "{labels: {istio-injection: [enabled]}}"])
def test_what_has_no_shape_is_no_traceback(tmp_path: Path, metadata: str) -> None:
    assert found(tmp_path, metadata) == []
