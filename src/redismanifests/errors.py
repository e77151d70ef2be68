"""Errors: the exceptions that reach a person, each with an exit code and a fix.

::

    RedismanifestsError            exit code 2: trouble, nothing was written
    ├── SourceError                a file cannot be read or is not YAML (carries a finding)
    ├── ProfileRefused             the profile has findings of severity error (carries all of them)
    ├── FolderError                the output folder cannot be written without losing something
    └── ToolError                  an outside tool (kubeconform, redis-server, kubectl) is missing or failed
        └── ClusterError           the cluster cannot be asked, or refuses (live/trouble.py has its kinds)

What is wrong *in a profile* is a finding, not an exception: rules yield findings and all are shown at once.
An exception that is not in this tree and reaches the command line is a bug of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.findings import Finding


class RedismanifestsError(Exception):
    """Something a person must act on: ``fact`` says what is, ``fix`` what to do."""

    exit_code = 2

    def __init__(self, fact: str, fix: str = "") -> None:
        """Keep fact and fix apart, so that a report may lay them out."""
        super().__init__(fact)
        self.fact = fact
        self.fix = fix


class ProfileRefused(RedismanifestsError):
    """The input has findings of severity error; nothing was rendered."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Carry every finding, errors and others, for the report."""
        super().__init__(f"{len(findings)} findings")
        self.findings = tuple(findings)


class SourceError(ProfileRefused):
    """A file cannot be read at all, or not as one YAML document."""


class FolderError(RedismanifestsError):
    """The output folder cannot be written without losing something of the user's."""


class ToolError(RedismanifestsError):
    """An outside tool is missing, too old, or failed."""
