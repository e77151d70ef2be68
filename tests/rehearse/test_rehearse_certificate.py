"""Certificates of a rehearsal: of the rendered names, by a CA of its own; and what happens when they change or end.

Rotations and the end of a certificate, about eleven minutes:
``.venv/bin/pytest -m slow tests/rehearse/test_rehearse_certificate.py``.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from deployment import TOP, reviewed
from notheld import why
from redismanifests.prove.rehearse import run
from redismanifests.prove.rehearse.alerts.states import exposed
from redismanifests.prove.rehearse.bench.access import Access
from redismanifests.prove.rehearse.bench.certificate import KEYS, Names, authority, held, names_for, signer_of
from redismanifests.prove.rehearse.bench.secret import values_of, with_stand_ins
from redismanifests.prove.rehearse.scenarios import scenario_named
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

PROFILES = TOP / "tests" / "profiles"


def _objects(name: str) -> list[Any]:
    # Each test its own: what is reviewed is shared by all tests of a process.
    return [deepcopy(item.manifest) for item in reviewed(PROFILES / f"{name}.yaml").accepted().objects]


def _read(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


@pytest.mark.parametrize(
    ("profile", "secret"), [("tls", "redis-tls"), ("tls-hostname", "shop-redis-certificate")]
)
def test_the_stand_in_for_a_secret_is_a_certificate_of_the_names_that_are_needed(
    profile: str, secret: str
) -> None:
    objects = with_stand_ins(Objects.of(_objects(profile)))
    assert held(objects) == secret
    values = values_of(objects, secret)
    assert set(values) == set(KEYS)
    found = _read(values["tls.crt"]).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    names = set(found.get_values_for_type(x509.DNSName))
    assert names == set(names_for(objects, secret).dns)
    pods = {f"redis-{n}.redis-headless.shop.svc.cluster.local" for n in range(3)}
    assert pods | {"localhost", "redis-sentinel.shop.svc.cluster.local"} <= names


def test_a_certificate_is_signed_by_the_ca_beside_it_and_has_ended_when_told_so() -> None:
    for number in (0, 1):
        values = authority(number).issue(Names(("localhost",)), -60)
        certificate, ca = _read(values["tls.crt"]), _read(values["ca.crt"])
        certificate.verify_directly_issued_by(ca)
        assert certificate.not_valid_after_utc < datetime.now(UTC) < ca.not_valid_after_utc
        assert certificate.not_valid_before_utc < certificate.not_valid_after_utc
        assert signer_of(values["tls.crt"]) == authority(number)
    assert authority(0) != authority(1)
    lasting = _read(authority(0).issue(Names(("localhost",)))["tls.crt"])
    assert lasting.not_valid_after_utc > datetime.now(UTC) + timedelta(hours=1)


@pytest.mark.parametrize(("asked", "days"), [("2160h", 90), ("48h", 2)])
def test_prometheus_sees_the_end_of_the_certificate_in_the_secret_as_by_cert_manager(
    asked: str, days: int
) -> None:
    items = _objects("tls")
    (wanted,) = (item for item in items if item["kind"] == "Certificate")
    wanted["spec"]["duration"] = asked
    objects = with_stand_ins(Objects.of(items))
    cluster = SimpleNamespace(site=SimpleNamespace(objects=objects), jobs=[])
    ((series, value),) = (line.rsplit(" ", 1) for line in exposed(cluster, 0.0))  # type: ignore[arg-type]
    assert series == (
        'certmanager_certificate_expiration_timestamp_seconds{name="redis-tls",namespace="shop",'
        'issuer_name="shop-ca",issuer_kind="ClusterIssuer",issuer_group="cert-manager.io"}'
    )
    ends = _read(values_of(objects, "redis-tls")["tls.crt"]).not_valid_after_utc
    assert int(value) == ends.timestamp()
    assert abs(ends - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("profile", "named"), [("tls", True), ("tls-hostname", True), ("plain-service", False)]
)
def test_the_application_verifies_names_where_the_certificate_has_what_sentinel_tells(
    profile: str, named: bool, tmp_path: Path
) -> None:
    items = _objects("tls" if profile == "plain-service" else profile)
    if profile == "plain-service":
        items = [item for item in items if item["kind"] != "Certificate"]
    access = Access.granted(with_stand_ins(Objects.of(items)), tmp_path / "access")
    assert access.named is named
    assert access.options(named=True)["ssl_check_hostname"] is True
    assert access.options()["ssl_check_hostname"] is False
    assert access.options()["ssl_cert_reqs"] == "required"


def test_without_tls_nobody_is_asked_for_a_certificate(tmp_path: Path) -> None:
    objects = with_stand_ins(Objects.of(_objects("hostname")))
    assert held(objects) == ""
    assert Access.granted(objects, tmp_path / "access").options() == {}


def test_redis_is_told_of_a_new_certificate_only_where_somebody_may_tell_it() -> None:
    lacks = scenario_named("certificate-expired").lacks
    assert lacks(Objects.of(_objects("tls"))) == ""
    assert lacks(Objects.of(_objects("everything"))).startswith("the account verify may not say CONFIG SET")
    assert lacks(Objects.of(_objects("acl"))).startswith("no pod mounts a Secret")


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.release
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("scenario", ["certificate-renewed", "authority-changed", "certificate-expired"])
def test_certificates_change_and_end_without_a_lost_write(scenario: str) -> None:
    result = run(_objects("tls"), scenario)
    assert result.held, why(result)
    assert result.measure("acknowledged writes").value > 1000
