"""Markdown: what reports that are no document yet share."""

from __future__ import annotations

from redismanifests.present.writers.markdown import _code as code
from redismanifests.present.writers.markdown import escaped

__all__ = ["code", "escaped"]
