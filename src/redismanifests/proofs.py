"""Proofs: what the requirements of a profile name as their proof is there to be asked.

Why: a code that no probe has would make a requirement that nothing ever meets. What must not come in: which proofs a
requirement needs, and how they come out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import UNKNOWN_PROOF
from redismanifests.probes.index import ALL_PROBES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Finding
    from redismanifests.core.source import Source
    from redismanifests.profile import Profile


def findings(profile: Profile, source: Source) -> Iterator[Finding]:
    """Every code among the requirements that no probe has."""
    known = {probe.code for probe in ALL_PROBES}
    for index, requirement in enumerate(profile.requirements):
        for number, code in enumerate(requirement.probes):
            if code not in known:
                path = ("requirements", index, "probes", number)
                near = sorted(each for each in known if each.startswith(code[:4]))
                fix = f"take {' or '.join(near[:3])}" if near else "take one of docs/probes.md"
                yield UNKNOWN_PROOF.at(source, path, f"there is no probe {code}", fix)
