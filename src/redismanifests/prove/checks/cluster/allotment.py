"""Allotment: resources and images of the admitted pods, and whether they would be admitted again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.admission.limit_range.limit_range import (
    NEWEST_MINOR,
    ManifestError,
    decide_pod,
    read_limit_ranges,
)
from redismanifests.judge.admission.pod_security.pod_security import judge
from redismanifests.judge.admission.pod_security.pod_security_labels import policy
from redismanifests.prove.checks import asked
from redismanifests.prove.checks.live_pods import admitted_pods, containers, statuses
from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import LIMITS, RESTART_REDIS, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.look import Look


@probe(
    "PB130",
    remedy=Remedy(
        "Set the requests and limits that the namespace adds in the profile, or have its LimitRange changed.",
        LIMITS,
    ),
)
async def resources_are_as_asked(look: Look) -> AsyncIterator[str]:
    """Every container has the requested requests and limits, and no others: admission added nothing."""
    templates = asked.pods(look.desired)
    for name, pod in (await admitted_pods(look)).items():
        live = containers(pod["spec"])
        for container, wanted in containers(templates[name]["spec"]).items():
            found = live.get(container)
            if found is None:
                yield f"{name} has no container {container}"
                continue
            look.note(name, f"get Pod {name}", f"{container}: {found.get('resources') or 'none'}")
            for fault in _amounts(wanted.get("resources") or {}, found.get("resources") or {}):
                yield f"{name}/{container}: {fault}"


def _amounts(wanted: Object, found: Object) -> Iterator[str]:
    for side in ("requests", "limits"):
        asked_for, has = (_read(each.get(side) or {}) for each in (wanted, found))
        # If only a limit is set, the API server sets the request to it.
        if side == "requests":
            asked_for = {**_read(wanted.get("limits") or {}), **asked_for}
        for resource in dict.fromkeys((*asked_for, *has)):
            mine, theirs = asked_for.get(resource), has.get(resource)
            if mine is None:
                yield f"{side}.{resource} {theirs}, which was not requested (a LimitRange, or a webhook)"
            elif theirs is None or mine != theirs:
                yield f"{side}.{resource} {theirs or 'none'} instead of {mine}"


def _read(amounts: Object) -> dict[str, Quantity]:
    return {resource: Quantity.parse(str(amount)) for resource, amount in amounts.items()}


@probe(
    "PB131",
    remedy=Remedy(
        "Adapt the profile to the LimitRange before a pod is recreated: it would be refused.", LIMITS
    ),
)
async def limit_ranges_are_kept(look: Look) -> AsyncIterator[str]:
    """Every container meets the current LimitRanges of the namespace, so that its pod would be admitted again."""
    found = await look.listed("LimitRange")
    look.note(
        "",
        "get LimitRange",
        "\n".join(f"{each['metadata']['name']}: {each['spec']}" for each in found) or "none",
    )
    try:
        ranges = read_limit_ranges([{**each, "apiVersion": "v1"} for each in found])
    except ManifestError as error:
        raise NotVerifiedError(f"a LimitRange cannot be read: {error}") from error
    for name, pod in (await admitted_pods(look)).items():
        for violation in decide_pod(ranges, pod["spec"], name).violations:
            yield f"{name}/{violation.subject}: LimitRange {violation.limit_range}: {violation.text}"


@probe(
    "PB132",
    remedy=Remedy(
        "Have the level of the namespace set to the agreed one, before a pod is recreated.",
        "kubectl -n NAMESPACE get events --field-selector reason=FailedCreate",
    ),
)
async def pod_security_admits(look: Look) -> AsyncIterator[str]:
    """Pod Security, by the current labels of the namespace, would admit every pod again."""
    (namespace, *_) = await look.listed("Namespace") or ({"metadata": {}},)
    labels = namespace["metadata"].get("labels") or {}
    look.note("", "get Namespace", "\n".join(f"{key}={value}" for key, value in labels.items()))
    for name, pod in (await admitted_pods(look)).items():
        for judgement in judge(pod, policy(labels), NEWEST_MINOR):
            if judgement.mode == "enforce":
                yield f"{name}: {judgement.text}"


@probe(
    "PB133",
    remedy=Remedy(
        "Pin the image by its digest in the profile, and roll out: a tag was moved, or registries differ.",
        RESTART_REDIS,
    ),
)
async def images_are_as_asked(look: Look) -> AsyncIterator[str]:
    """Every container runs the requested image, and the pods of a set run the same one, by digest."""
    templates = asked.pods(look.desired)
    running: dict[tuple[str, str], dict[str, list[str]]] = {}
    for name, pod in (await admitted_pods(look)).items():
        live, states = containers(pod["spec"]), statuses(pod)
        for container, wanted in containers(templates[name]["spec"]).items():
            has = live.get(container, {}).get("image", "none")
            digest = str(states.get(container, {}).get("imageID", "")).rpartition("@")[2]
            look.note(
                name, f"get Pod {name}", f"{container}: {has}\n{states.get(container, {}).get('imageID')}"
            )
            if has != wanted["image"]:
                yield f"{name}/{container}: image {has} instead of {wanted['image']}"
            pinned = wanted["image"].partition("@")[2]
            if not digest:
                look.silent[f"{name}/{container}"] = f"{name}/{container} reports no image id"
            elif pinned and pinned != digest:
                yield f"{name}/{container}: {digest} runs instead of {pinned}"
            else:
                key = (name.rpartition("-")[0], container)
                running.setdefault(key, {}).setdefault(digest, []).append(name)
    for (name, container), digests in running.items():
        if len(digests) > 1:
            told = "; ".join(f"{listed(pods)}: {digest}" for digest, pods in digests.items())
            yield f"the pods of {name} run {len(digests)} images as {container}: {told}"
