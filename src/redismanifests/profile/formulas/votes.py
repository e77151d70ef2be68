"""Votes: how many Sentinels must agree, and how many may be lost."""

from __future__ import annotations


def majority(count: int) -> int:
    """The smallest number of ``count`` that no two disjoint groups can both reach (sentinel.c, sentinelGetLeader)."""
    return count // 2 + 1


def sentinels_to_lose(count: int, quorum: int) -> int:
    """How many Sentinels may be lost before no one can be elected: quorum and majority must both be left."""
    return max(0, count - max(quorum, majority(count)))


def redis_to_lose(count: int, min_replicas_to_write: int) -> int:
    """How many Redis may be lost before writes stop: a master must be left, with the replicas that it waits for."""
    return max(0, count - 1 - min_replicas_to_write)
