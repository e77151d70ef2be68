"""Image: rules about the references of images: version, digest, flavour, catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.named import NamedTuple
from redismanifests.profile.formulas import exporter
from redismanifests.profile.formulas.engine import GIDS, IMAGES, group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.core.values.image import Image
    from redismanifests.profile.model import Profile

EXACT_PARTS = 3
"""Parts of a version that names one release: 8.0.2; 8.0 is the newest release of that line."""


NO_VERSIONS = {"latest", "stable", "unstable", "edge", "nightly", "main", "master", "dev"}
NO_VERSIONS |= {"alpine", "slim", "debian", "bullseye", "bookworm", "trixie", "forky"}
"""Tags that are moved to each new version."""


OURS = {*IMAGES.values(), exporter.DEFAULT_IMAGE}
"""The images of a profile that names none: without findings, written out or not."""


class Chosen(NamedTuple):
    """An image that the user chose, and where."""

    path: Path
    image: Image


def _chosen(profile: Profile) -> Iterator[Chosen]:
    sections = (
        (("redis",), profile.redis),
        (("sentinel",), profile.sentinel),
        (("exporters", "redis"), profile.exporters.redis),
        (("exporters", "sentinel"), profile.exporters.sentinel),
    )
    for path, section in sections:
        # Sentinel's default is Redis's image: one line to change, one finding.
        if "image" in section.model_fields_set and str(section.image) not in OURS:
            yield Chosen((*path, "image"), section.image)


@rule("RM071", Severity.ERROR)
def unversioned_image(profile: Profile) -> Iterator[Fault]:
    """The image's tag names no version, such as none or `latest`: what a pod runs depends on when its node pulled it.

    `stable`, `alpine` and the names of Debian's releases are such tags, too. Members of one deployment then differ, and
    when a node is replaced, a pod can get a new major version. And no rule can check whether the version supports your
    settings.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:latest
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.10
    ```
    Source: https://kubernetes.io/docs/concepts/containers/images/#image-names.
    """
    for path, image in _chosen(profile):
        if _names_no_version(image):
            yield Fault(
                path,
                f"{image} is the newest image at the time when a node pulls it: the version is unknown",
                _version_fix(path, profile),
            )


def _names_no_version(image: Image) -> bool:
    """A tag of another word may be a version of someone's own, such as prod-17."""
    words = (image.tag or "latest").lower().split("-")
    return image.digest is None and all(word in NO_VERSIONS for word in words)


def _version_fix(path: Path, profile: Profile) -> str:
    example = exporter.DEFAULT_IMAGE if path[0] == "exporters" else IMAGES[profile.engine]
    return f"name a version, such as {example}"


@rule("RM072", Severity.NOTE)
def moving_tag(profile: Profile) -> Iterator[Fault]:
    """The tag names a line of versions, not one: it is moved with each release.

    A pod that restarts on another node may run another release than its peers.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.10@sha256:0000000000000000000000000000000000000000000000000000000000000000
    ```
    Source: https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy.
    """
    for path, image in _chosen(profile):
        version = image.version
        if version is not None and len(version) < EXACT_PARTS and image.digest is None:
            yield Fault(path, f"{image.tag} is moved with each release of it", _version_fix(path, profile))


@rule("RM073", Severity.NOTE)
def tag_without_digest(profile: Profile) -> Iterator[Fault]:
    """A tag can be pointed at another image, by mistake or by someone else; a digest cannot.

    Reported once for all images of a profile. A default image of this program is not reported, written out or not: the
    shortest profile has no findings. To pin one, write it with its digest.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.9
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.10@sha256:0000000000000000000000000000000000000000000000000000000000000000
    ```
    Source: https://kubernetes.io/docs/concepts/containers/images/#image-names (digests).
    """
    exact = [
        each
        for each in _chosen(profile)
        if len(each.image.version or ()) >= EXACT_PARTS and each.image.digest is None
    ]
    if exact:
        others = f", and {len(exact) - 1} more" if len(exact) > 1 else ""
        yield Fault(
            path=exact[0].path,
            fact=f"{exact[0].image}{others}: a tag can be moved, a digest cannot",
            fix=f"write {exact[0].image}@sha256:... as `docker buildx imagetools inspect` or your registry shows it",
        )


@rule("RM074", Severity.NOTE)
def group_unlike_flavour(profile: Profile) -> Iterator[Fault]:
    """The group is that of the other flavour: Debian images have 999 for redis, Alpine ones 1000.

    In Alpine 999 is the group `ping`. Files on the volume then belong to a group that the image does not mean, and
    change hands when someone corrects it.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:7.4.11-alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000
      group: 999
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:7.4.11-alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000
    ```
    Source: https://github.com/docker-library/redis (Dockerfiles).
    """
    chosen, meant = profile.redis.group, group(profile.redis.image)
    if chosen in GIDS.values() and chosen != meant:
        yield Fault(
            path=("redis", "group"),
            fact=f"{profile.redis.image} runs redis as group {meant}, and {chosen} is the other flavour's",
            fix="leave group out",
        )


@rule("RM076", Severity.ERROR)
def image_that_was_moved(profile: Profile) -> Iterator[Fault]:
    """The image is in a catalogue whose versions were moved away: no node can pull it.

    In autumn 2025 the versioned tags of docker.io/bitnami went to bitnamilegacy, where nothing is updated any more.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: bitnami/redis:7.4.11
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:7.4.11
    ```
    Source: https://github.com/bitnami/containers/issues/83267.
    """
    for path, image in _chosen(profile):
        if _on_hub(image) and image.repository.startswith("bitnami/") and image.tag not in (None, "latest"):
            yield Fault(
                path,
                fact=f"the versioned tags of {image.repository} were moved away in 2025",
                fix=f"{_version_fix(path, profile)}, or use a copy in a registry of your own",
            )


@rule("RM078", Severity.WARNING)
def image_without_updates(profile: Profile) -> Iterator[Fault]:
    """The image is in a catalogue that gets no updates: known vulnerabilities are not fixed.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: bitnamilegacy/redis:7.4.11
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:7.4.11
    ```
    Source: https://github.com/bitnami/containers/issues/83267.
    """
    for path, image in _chosen(profile):
        if _on_hub(image) and image.repository.startswith("bitnamilegacy/"):
            yield Fault(
                path,
                fact=f"{image.repository} gets no updates any more",
                fix=_version_fix(path, profile),
            )


@rule("RM079", Severity.NOTE)
def image_never_pulled(profile: Profile) -> Iterator[Fault]:
    """The kubelet never pulls the images: a pod starts only on nodes that someone has prepared.

    When such a node dies, the pod's successor waits in ErrImageNeverPull.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    pods:
      imagePullPolicy: Never
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    pods:
      imagePullPolicy: IfNotPresent
    ```
    Source: https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy.
    """
    if profile.pods.image_pull_policy == "Never":
        yield Fault(
            path=("pods", "imagePullPolicy"),
            fact="every node must have every image before a pod of ours comes to it",
            fix="set it to IfNotPresent",
            change=Change(("pods", "imagePullPolicy"), "IfNotPresent"),
        )


def _on_hub(image: Image) -> bool:
    return image.registry in (None, "docker.io")
