"""Sealed secret: the SealedSecret file that a profile names: is it the one that makes the Secret of this deployment?

It was sealed for a name, a namespace and a cluster, by someone who knew the passwords; nothing here can open it, and
what is copied is what was written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from redismanifests.core.findings import Finding, FindingKind, ProfileRefused, Severity
from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.source import Source, printable, source_from_file
from redismanifests.judge.case.demands import below
from redismanifests.profile.derived import credentials
from redismanifests.render.rendered import RenderedObject, Rendering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Object
    from redismanifests.profile.model import Profile

SEALED_SECRET_DOES_NOT_FIT = FindingKind(
    "RM174",
    "sealed-secret-does-not-fit",
    Severity.ERROR,
    "The file that auth.sealedSecret names would not make the Secret that the pods mount.\n\n"
    "A sealed value is bound to the name and the namespace that it was sealed for, and its keys are the users "
    "that log in: with another one, or a missing one, the pods wait forever. A plain Secret in its place would "
    "put readable passwords into git.\n\n"
    "Source: https://github.com/bitnami-labs/sealed-secrets#scopes; docs/auth.md.",
)

KIND = ("bitnami.com/v1alpha1", "SealedSecret")
_SETTING = ("auth", "sealedSecret")
_AGAIN = "seal it again: kubectl create secret generic ... --dry-run=client -o yaml | kubeseal --format yaml"


class Sealed(NamedTuple):
    """The file, where the profile names one that can be read, and what is wrong with it."""

    written: Source | None
    findings: tuple[Finding, ...]


def read(profile: Profile, source: Source) -> Sealed:
    """The file that the profile names (relative to it); nothing where it names none, or it would not count."""
    name = profile.auth.sealed_secret
    # RM167 and RM173 have said the rest.
    if name is None or not credentials.enabled(profile) or profile.auth.external_secret is not None:
        return Sealed(None, ())
    if not below(Path(source.name).parent / name, source):
        fact = f"{printable(name)} lies outside of the folder of the profile"
        return Sealed(None, (SEALED_SECRET_DOES_NOT_FIT.at(source, _SETTING, fact, "move it there"),))
    try:
        written = source_from_file(Path(source.name).parent / name)
    except ProfileRefused as refused:
        return Sealed(
            None,
            tuple(
                SEALED_SECRET_DOES_NOT_FIT.at(source, _SETTING, f"{name}: {finding.fact}", finding.fix)
                for finding in refused.findings
            ),
        )
    found = tuple(
        SEALED_SECRET_DOES_NOT_FIT.at(source, _SETTING, f"{printable(name)}: {fact}", fix)
        for fact, fix in _faults(profile, written.value)
    )
    return Sealed(written, found)


def with_sealed(rendered: Rendering, profile: Profile, sealed: Sealed) -> Rendering:
    """The rendering, and the file copied into it as it was written; the same rendering where something is wrong."""
    if sealed.written is None or sealed.findings:
        return rendered
    file = f"{credentials.secret_name(profile)}-sealedsecret.yaml"
    head = (
        f"# Copied by redismanifests from {printable(profile.auth.sealed_secret or '')}.\n"
        "# Do not edit: seal it again there, and render again.\n"
    )
    files = {**rendered.files, file: (head + sealed.written.text).encode()}
    objects = (*rendered.objects, RenderedObject(file, sealed.written.value))
    return Rendering(
        {name: files[name] for name in sorted(files)},
        tuple(sorted(objects, key=lambda each: each.file)),
        rendered.bare,
    )


def _faults(profile: Profile, value: Any) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do."""
    manifest = _mapping(value)
    if manifest.get("kind") == "Secret":
        yield (
            "this is a Secret: every reader of the file can read its passwords",
            f"remove it, and {_AGAIN}",
        )
        return
    if (manifest.get("apiVersion"), manifest.get("kind")) != KIND:
        yield f"this is no {KIND[1]} of {KIND[0]}", f"name the file that kubeseal wrote, or {_AGAIN}"
        return
    spec = _mapping(manifest.get("spec"))
    made = _mapping(_mapping(spec.get("template")).get("metadata"))
    for where, metadata in (
        ("metadata", _mapping(manifest.get("metadata"))),
        ("spec.template.metadata", made),
    ):
        for key, wanted in (("name", credentials.secret_name(profile)), ("namespace", profile.namespace)):
            # The template may leave them to the object itself.
            if metadata.get(key, wanted if metadata is made else None) != wanted:
                fix = f"{_AGAIN}: a sealed value is bound to the name and the namespace"
                yield f"{where}.{key} is {metadata.get(key)!r}, and the pods mount {wanted}", fix
    missing = [
        key for key in credentials.secret_keys(profile) if not _mapping(spec.get("encryptedData")).get(key)
    ]
    if missing:
        yield f"it holds no password for {', '.join(missing)}", f"{_AGAIN}, with a key for each of them"


def _mapping(value: Any) -> Object:
    return value if isinstance(value, dict) else {}
