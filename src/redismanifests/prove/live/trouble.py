"""Trouble: turns the output of a failed kubectl into an error with fact and fix.

The patterns are messages of kubectl and the API server; an unknown message is passed on unchanged.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from redismanifests.errors import ToolError


class ClusterError(ToolError):
    """The cluster cannot be reached, or refuses a request."""


class UnreachableError(ClusterError):
    """No API server answers."""


class NotFoundError(ClusterError):
    """The named object does not exist."""


class ConflictError(ClusterError):
    """The object exists already, or was changed in between."""


class Refusal(NamedTuple):
    """A missing permission."""

    verb: str
    resource: str
    """As a Role names it: ``pods/exec``."""
    group: str
    namespace: str
    """Empty for a kind of the cluster."""
    user: str

    def __str__(self) -> str:
        """The permission, for messages."""
        what = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {what} in {f'namespace {self.namespace}' if self.namespace else 'the cluster'}"


class ForbiddenError(ClusterError):
    """A permission is missing; ``refusal`` says which."""

    def __init__(self, refusal: Refusal) -> None:
        """The message names user and permission."""
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
        "the cluster does not accept this login: {said}",
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
        "find out who created or changed it, then try again",
    ),
    (
        re.compile(r"""the server doesn't have a resource type "[^"]+"|no matches for kind "[^"]+\""""),
        ClusterError,
        "the cluster does not have this kind of object: {said}",
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
        "check that `kubectl get --raw /readyz` prints ok, then try again",
    ),
    (
        re.compile(""),
        ClusterError,
        "kubectl failed: {said}",
        "run the same command with kubectl, and read its output",
    ),
)
"""Pattern, kind of error, fact and fix; the first match counts."""
_NOISE = re.compile(r"^[EWI]\d{4} ")
"""client-go's own log lines, which repeat the message in other words."""


def refusals(errors: str) -> tuple[Refusal, ...]:
    """Every missing permission in the message, once."""
    found = (
        Refusal(m["verb"], m["resource"], m["group"], m["namespace"] or "", m["user"])
        for m in _FORBIDDEN.finditer(errors)
    )
    return tuple(dict.fromkeys(found))


def quiet(errors: str) -> str:
    """kubectl's output without the log lines of its library."""
    return "".join(line for line in errors.splitlines(keepends=True) if not _NOISE.match(line))


def trouble(errors: str, context: str, namespace: str) -> ClusterError:
    """The error with fact and fix for the output of a failed kubectl."""
    if refused := refusals(errors):
        return ForbiddenError(refused[0])
    own = [
        line for line in errors.strip().splitlines() if not _NOISE.match(line)
    ] or errors.strip().splitlines()
    said = own[-1].strip() if own else "it printed nothing"
    kind, fact, fix = next((kind, fact, fix) for seen, kind, fact, fix in _KNOWN if seen.search(errors))
    named = f" of context {context}" if context and kind is UnreachableError else context
    return kind(fact.format(context=named, said=said), fix.format(namespace=namespace))
