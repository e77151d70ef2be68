"""Trouble: what kubectl says when it fails, as what is, and what to do.

The words are kubectl's and the API server's own; what is not known here is handed on as it was said. What must not
come in: running anything.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from redismanifests.errors import ToolError


class ClusterError(ToolError):
    """The cluster cannot be asked, or refuses."""


class UnreachableError(ClusterError):
    """No API server answers."""


class NotFoundError(ClusterError):
    """What was named is not there."""


class ConflictError(ClusterError):
    """It is there already, or somebody changed it in between."""


class Refusal(NamedTuple):
    """A permission that is missing."""

    verb: str
    resource: str
    """As a Role names it: ``pods/exec``."""
    group: str
    namespace: str
    """Empty for what belongs to no namespace."""
    user: str

    def __str__(self) -> str:
        """For messages, as a sentence begins."""
        what = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {what} in {f'namespace {self.namespace}' if self.namespace else 'the cluster'}"


class ForbiddenError(ClusterError):
    """A permission is missing; ``refusal`` says which."""

    def __init__(self, refusal: Refusal) -> None:
        """Say who lacks what."""
        super().__init__(
            f"{refusal.user} may not {refusal}",
            "bind a Role with it to this user: `redismanifests verify --print-rbac PROFILE` prints all that is needed",
        )
        self.refusal = refusal


_FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]+)"| at the cluster scope)?'
)
_KNOWN: tuple[tuple[re.Pattern[str], type[ClusterError], str, str], ...] = (
    (
        re.compile(
            r"""context was not found for specified context: (\S+)|context "([^"]+)" does not exist"""
        ),
        ClusterError,
        "the kubeconfig has no context {context}",
        "name one of `kubectl config get-contexts`",
    ),
    (
        re.compile(r"stat \S+: no such file|error loading config file|invalid configuration"),
        ClusterError,
        "the kubeconfig cannot be used: {said}",
        "name one with --kubeconfig or KUBECONFIG, as for kubectl",
    ),
    (
        re.compile(r"server localhost:8080 was refused|localhost:8080/?: connect: connection refused"),
        UnreachableError,
        "no cluster is configured: kubectl falls back on localhost:8080, where nothing answers",
        "name a kubeconfig with --kubeconfig or KUBECONFIG, and a context with --context",
    ),
    (
        re.compile(r"You must be logged in|\(Unauthorized\)|getting credentials:|has asked for the client"),
        ClusterError,
        "the cluster does not know who asks: {said}",
        "log in again, as for kubectl",
    ),
    (
        re.compile(r"Error from server \(NotFound\)"),
        NotFoundError,
        "{said}",
        "see what is in namespace {namespace}, or name another with --namespace",
    ),
    (
        re.compile(r"Error from server \((?:AlreadyExists|Conflict)\)"),
        ConflictError,
        "{said}",
        "see who made or changed it, then try again",
    ),
    (
        re.compile(r"""the server doesn't have a resource type "[^"]+"|no matches for kind "[^"]+\""""),
        ClusterError,
        "the cluster does not know this kind of object: {said}",
        "install its CustomResourceDefinition, or turn off what renders it",
    ),
    (
        re.compile(
            r"Unable to connect to the server|The connection to the server \S+ was refused|dial tcp"
            r"|TLS handshake timeout|context deadline exceeded|i/o timeout|connection reset by peer|no route to host"
            r"|did not end within|ServiceUnavailable|etcdserver: request timed out"
        ),
        UnreachableError,
        "the cluster{context} does not answer: {said}",
        "see that `kubectl get --raw /readyz` says ok, then try again",
    ),
    (
        re.compile(""),
        ClusterError,
        "kubectl failed: {said}",
        "run the same with kubectl and see what it says",
    ),
)
"""What is looked for, in this order; what it is; the fact; the fix."""
_NOISE = re.compile(r"^[EWI]\d{4} ")
"""client-go's own log lines, which say the same in other words."""


def refusals(errors: str) -> tuple[Refusal, ...]:
    """Every permission that was said to be missing, once."""
    found = (
        Refusal(m["verb"], m["resource"], m["group"], m["namespace"] or "", m["user"])
        for m in _FORBIDDEN.finditer(errors)
    )
    return tuple(dict.fromkeys(found))


def quiet(errors: str) -> str:
    """What kubectl printed without the log of its library."""
    return "".join(line for line in errors.splitlines(keepends=True) if not _NOISE.match(line))


def trouble(errors: str, context: str, namespace: str) -> ClusterError:
    """The error that a person can act on, of what kubectl printed as it failed."""
    if refused := refusals(errors):
        return ForbiddenError(refused[0])
    own = [
        line for line in errors.strip().splitlines() if not _NOISE.match(line)
    ] or errors.strip().splitlines()
    said = own[-1].strip() if own else "it said nothing"
    kind, fact, fix = next((kind, fact, fix) for seen, kind, fact, fix in _KNOWN if seen.search(errors))
    named = f" of context {context}" if context and kind is UnreachableError else context
    return kind(fact.format(context=named, said=said), fix.format(namespace=namespace))
