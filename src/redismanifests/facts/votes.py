"""Votes: how many Sentinels must agree, and how many may be lost."""

from __future__ import annotations


def majority(count: int) -> int:
    """The smallest number of ``count`` that no two disjoint groups can both reach (sentinel.c, sentinelGetLeader)."""
    return count // 2 + 1
