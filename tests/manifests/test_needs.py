"""What a person must bring is listed from the rendered objects, whatever stands in the profile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from commandline import redismanifests
from deployment import COMMITTED, reviewed
from redismanifests.judge.objects.needs import Need, needs
from redismanifests.judge.review import review

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "name: redis\nnamespace: shop\n"
ALWAYS = {"Namespace shop", "StorageClass (default)"}
STORE = "{store: vault, storeKind: SecretStore, remoteKey: shop/redis}"
ISSUED = "tls: {enabled: true, certManager: {issuer: {name: ca, kind: ClusterIssuer}}}"
CASES = {
    "": set(),
    "namespaceObjects: {namespace: true}": {"- Namespace shop"},
    "auth: {mode: password}": {"Secret redis-auth (keys default)"},
    "auth: {mode: acl, users: [{name: app}]}": {
        "Secret redis-auth (keys app, exporter, handover, peer, probe, replication, sentinel, verify)"
    },
    f"auth: {{mode: password, externalSecret: {STORE}}}": {
        "CustomResourceDefinition externalsecrets.external-secrets.io",
        "SecretStore vault",
    },
    "tls: {enabled: true}": {"Secret redis-tls (keys ca.crt, tls.crt, tls.key)"},
    ISSUED: {"CustomResourceDefinition certificates.cert-manager.io", "ClusterIssuer ca"},
    "storage: {storageClassName: fast}": {"- StorageClass (default)", "StorageClass fast"},
    "redis: {storage: {storageClassName: fast}}": {"StorageClass fast"},
    "pods: {priorityClassName: high}": {"PriorityClass high"},
    "pods: {priorityClassName: system-cluster-critical}": set(),
    "pods: {imagePullSecrets: [registry]}": {"Secret registry (keys .dockerconfigjson)"},
    "pods: {nodeSelector: {disk: ssd, kubernetes.io/os: linux}}": {"Nodes with disk=ssd"},
}


def _needs(path: Path) -> tuple[Need, ...]:
    found = reviewed(path) if path in COMMITTED else review(path)
    return needs((each.manifest for each in found.rendering.objects), found.profile.namespace)


@pytest.mark.parametrize("setting", CASES)
def test_every_object_that_is_named_and_not_rendered_is_listed(tmp_path: Path, setting: str) -> None:
    (tmp_path / "profile.yaml").write_text(f"{HEAD}{setting}\n", encoding="utf-8")
    expected = ALWAYS | {each for each in CASES[setting] if not each.startswith("- ")}
    expected -= {each[2:] for each in CASES[setting] if each.startswith("- ")}
    found = _needs(tmp_path / "profile.yaml")
    assert {each.text for each in found} == expected
    assert len(found) == len(expected)
    for each in found:
        assert each.why
        assert each.check.startswith("kubectl ")


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_no_need_shows_a_value_of_a_secret(path: Path) -> None:
    for each in _needs(path):
        assert "--from-literal" not in each.make
        assert "-o yaml" not in each.check


def test_plan_and_render_end_with_what_must_be_provided(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(f"{HEAD}auth: {{mode: password}}\n", encoding="utf-8")
    planned = redismanifests("plan", "profile.yaml", cwd=tmp_path).stdout
    chapter = planned[planned.index("You must provide") :]
    assert "kubectl -n shop create secret generic redis-auth --from-file=default" in chapter
    rendered = redismanifests("render", "profile.yaml", cwd=tmp_path).stdout.splitlines()
    assert rendered[-2:] == [
        "you must provide: Namespace shop; Secret redis-auth (keys default); StorageClass (default)",
        "next: kubectl apply -f rendered, or commit it for Argo CD or Flux",
    ]
    machine = json.loads(redismanifests("plan", "profile.yaml", "--format", "json", cwd=tmp_path).stdout)
    secret = next(each for each in machine["mustProvide"] if each["kind"] == "Secret")
    assert (secret["name"], secret["keys"]) == ("redis-auth", ["default"])
    assert (
        "You must provide"
        in redismanifests("plan", "profile.yaml", "--format", "markdown", cwd=tmp_path).stdout
    )
