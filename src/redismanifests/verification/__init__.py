"""Verification: all that was seen of one deployment, judged against what was asked for, as one frozen value.

Why: `verify` makes it of a cluster, a rehearsal makes it of itself, drills add to it, and every report, the comparison
of two of them and the exit code read it. What must not come in: asking (probes), breaking (drills), how it is shown.
"""

from redismanifests.verification.claim import Claim, Judgement
from redismanifests.verification.value import Bounds, Remark, Subject, SubjectKind, Verification

__all__ = ["Bounds", "Claim", "Judgement", "Remark", "Subject", "SubjectKind", "Verification"]
