"""Quantities: parsed, printed, compared and added by core.quantity and by a real API server, on the same texts."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest

from cluster.api import DRY_RUN
from cluster.generated_quantities import texts
from cluster.namespace import Namespace
from cluster.refusal import sentences
from cluster.witness import wait_for_limit_ranges
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.admission.manifest import stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cluster.api import Answer, Api

pytestmark = pytest.mark.cluster

SEED = 20261124
COUNT = 10_000
AT_ONCE = 200
"""Quantities in one object."""
SUMS = 3000
UNREADABLE = 400
"""Of an object with a quantity that is none."""
MOST = 2**62
"""Units of an amount that is added: LimitRanger takes some sums beyond 2^63 for nothing, and refuses none of them."""


@pytest.fixture(scope="module")
def namespace(api: Api) -> Namespace:
    """One without any limits; it goes with the server."""
    made = Namespace(api, "quantities")
    made.create({})
    return made


@pytest.fixture(scope="module")
def written() -> list[str]:
    """The texts."""
    return list(texts(Random(SEED), COUNT))


def parsed(text: str) -> Quantity | None:
    """Our reading; None where it is no quantity."""
    try:
        return Quantity.parse(text.strip(" "))
    except ValueError:
        return None


def sized(namespace: Namespace, sizes: Sequence[str]) -> Answer:
    """A pod that says each of ``sizes`` where the API server neither rounds nor bounds a quantity from above."""
    volumes = [{"name": f"v{n}", "emptyDir": {"sizeLimit": size}} for n, size in enumerate(sizes)]
    spec = {"containers": [{"name": "c", "image": "i"}], "volumes": volumes}
    return namespace.create_in("Pod", {"metadata": {"name": "p"}, "spec": spec}, DRY_RUN)


def echoes(namespace: Namespace, sizes: Sequence[str]) -> list[str | None]:
    """What the API server prints for each of ``sizes``; None where it is no quantity for it."""
    if not sizes:
        return []
    answer = sized(namespace, sizes)
    if answer.accepted:
        return [each["emptyDir"]["sizeLimit"] for each in answer.body["spec"]["volumes"][: len(sizes)]]
    assert answer.code == UNREADABLE, answer.message
    if len(sizes) == 1:
        return [None]
    half = len(sizes) // 2
    return echoes(namespace, sizes[:half]) + echoes(namespace, sizes[half:])


def test_texts_are_read_and_printed_as_the_api_server_does(namespace: Namespace, written: list[str]) -> None:
    differing: list[str] = []
    counted: Counter[str] = Counter()
    # A negative size is refused; the other test has them.
    sizes = [text for text in written if not text.strip().startswith("-")]
    valid = [text for text in sizes if parsed(text) is not None]
    invalid = [text for text in sizes if parsed(text) is None]
    theirs = [
        each
        for start in range(0, len(valid), AT_ONCE)
        for each in echoes(namespace, valid[start : start + AT_ONCE])
    ]
    theirs += [echo for text in invalid for echo in echoes(namespace, [text])]
    for text, echo in zip((*valid, *invalid), theirs, strict=True):
        quantity = parsed(text)
        ours = None if quantity is None else quantity.echo
        counted["invalid" if echo is None else "kept" if echo == text else "rewritten"] += 1
        if ours != echo:
            differing.append(f"{text!r}: theirs {echo!r}, ours {ours!r}")
    assert differing == [], f"{len(differing)}: {differing[:20]}"
    assert all(counted[each] >= COUNT / 10 for each in ("invalid", "kept", "rewritten")), counted


def test_negative_texts_too(namespace: Namespace, written: list[str]) -> None:
    sizes = [text for text in written if text.strip().startswith("-")]
    differing: list[str] = []
    at = "/apis/storage.k8s.io/v1/namespaces/quantities/csistoragecapacities"
    for text in sizes:
        body = {"metadata": {"name": "c"}, "storageClassName": "c", "capacity": text}
        answer = namespace.api.create(at, body, DRY_RUN)
        quantity = parsed(text)
        if answer.code == UNREADABLE:
            theirs = None
        elif answer.accepted:
            theirs = answer.body["capacity"]
        else:
            theirs = answer.message
        ours = None if quantity is None else quantity.echo
        if theirs != ours and f'"{ours}"' not in str(theirs):
            differing.append(f"{text!r}: theirs {theirs!r}, ours {ours!r}")
    assert differing == [], f"{len(differing)}: {differing[:20]}"


def rounded(text: str) -> Quantity:
    """As objects other than a volume's size keep it."""
    return stored(Quantity.parse(text.strip(" ")))


def pairs(written: Sequence[str]) -> list[tuple[str, str]]:
    """Every amount with its two next larger ones, so that most are close and many equal, both ways round."""
    amounts = sorted({text for text in written if parsed(text)}, key=lambda text: (rounded(text), text))
    near = [*pairwise(amounts), *zip(amounts, amounts[2:], strict=False)]
    return [*near, *((larger, smaller) for smaller, larger in near)]


def test_amounts_are_compared_as_the_api_server_does(namespace: Namespace, written: list[str]) -> None:
    """By a LimitRange's own validity: no min above its max. It keeps thousandths only."""
    compared: Counter[str] = Counter()
    differing: list[str] = []
    asked = pairs(written)
    for start in range(0, len(asked), AT_ONCE):
        some = {f"example.com/r{number}": pair for number, pair in enumerate(asked[start : start + AT_ONCE])}
        item = {"type": "Pod"} | {
            key: {name: pair[side] for name, pair in some.items()} for side, key in enumerate(("min", "max"))
        }
        answer = namespace.create_in(
            "LimitRange", {"metadata": {"name": "l"}, "spec": {"limits": [item]}}, DRY_RUN
        )
        causes = answer.body["details"]["causes"] if not answer.accepted else ()
        above = {cause["field"].partition("[")[2].partition("[")[2].removesuffix("]") for cause in causes}
        for name, (low, high) in some.items():
            ours = rounded(low) > rounded(high)
            compared["above" if name in above else "not above"] += 1
            if ours != (name in above):
                differing.append(f"{low!r} {high!r}: theirs {name in above}, ours {ours}")
    assert differing == [], f"{len(differing)}: {differing[:20]}"
    assert min(compared.values()) > COUNT / 2, compared


def test_amounts_are_added_as_the_api_server_does(api: Api, written: list[str]) -> None:
    """By the sums over the containers of a pod that a LimitRange quotes when it refuses them."""
    namespace = Namespace(api, "sums")
    resources = ("cpu", "memory", "ephemeral-storage")
    limit = {"type": "Pod", "max": dict.fromkeys(resources, "0")}
    namespace.create({}, ({"metadata": {"name": "l"}, "spec": {"limits": [limit]}},))
    wait_for_limit_ranges(api)
    random = Random(SEED)
    positive = [
        text.strip(" ")
        for text in written
        if (found := parsed(text)) and found.nano > 0 and found.bytes < MOST
    ]
    differing: list[str] = []
    for _ in range(SUMS // len(resources)):
        limits = [{resource: random.choice(positive) for resource in resources} for _ in range(2)]
        containers = [
            {"name": f"c{number}", "image": "i", "resources": {"limits": each}}
            for number, each in enumerate(limits)
        ]
        answer = namespace.create_in(
            "Pod", {"metadata": {"name": "p"}, "spec": {"containers": containers}}, DRY_RUN
        )
        ours = {
            f"maximum {resource} usage per Pod is 0, but limit is "
            f"{(rounded(limits[0][resource]) + rounded(limits[1][resource])).echo}"
            for resource in resources
        }
        if sentences(answer) != ours:
            differing.append(f"{limits}: theirs {sentences(answer) - ours}, ours {ours - sentences(answer)}")
    assert differing == [], f"{len(differing)}: {differing[:5]}"
