"""Names: the texts that Kubernetes and Sentinel take as names, as types with their rules and their advice.

A name that the API server would refuse is refused where it is written, with a name that it would take.
Source: k8s.io/apimachinery pkg/util/validation/validation.go and pkg/api/validate/content; rules name their
function.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.scalar import Refusal

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LONGEST_LABEL = 63
_LONGEST_SUBDOMAIN = 253
_LONGEST_QUOTE = 80
_ADDRESS = r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@]*@)?([^/:]*)"
"""A URL where a name is expected: the name that is meant is its host, or its bucket."""
_WITH_PORT = r"([^:/\s]+):([0-9]{1,5})"
_URL = r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?(?:[^/@]*@)?([^/?#]*)"
"""Scheme, and host with port."""


class Name(NamedTuple):
    """The rule of one kind of name: put it into ``Annotated[str, Name(...)]``, or ask ``check``."""

    what: str
    """What it is, with its article: ``a namespace``."""
    pattern: str
    """A regular expression of the whole text, in the common subset of Python and JavaScript."""
    longest: int
    consists_of: str
    example: str
    outside: str = r"[^a-z0-9]+"
    """What the advice replaces by a dash."""
    lower: bool = True
    """Whether the advice writes in lower case."""
    url: bool = False
    """Whether it is the URL of a server, without a path."""
    port: bool = False
    """Whether it is a host whose port has a setting of its own, ``port``."""

    def check(self, text: str) -> str:
        """``text`` itself; ValueError with the rule, and a name near to it that would do."""
        if len(text) <= self.longest and re.fullmatch(self.pattern, text):
            return text
        if not text:
            raise Refusal("it is empty", f"write {self.what} such as {{}}", self.example)
        quoted = repr(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…")
        if len(text) > self.longest:
            fact = f"{quoted} has {len(text)} characters, {self.what} has at most {self.longest}"
            raise Refusal(fact, *self._near(text[: self.longest]))
        if self.port and (parts := re.fullmatch(_WITH_PORT, text)) and re.fullmatch(self.pattern, parts[1]):
            raise Refusal(
                f"{quoted} is a host with a port", f"write {{}} here, and port: {parts[2]}", parts[1]
            )
        raise Refusal(f"{quoted} is not {self.what}, which {self.consists_of}", *self._near(text))

    def _near(self, text: str) -> tuple[str, str]:
        if self.url:
            return self._near_url(text)
        if address := re.match(_ADDRESS, text):
            text = address[1]
        near = re.sub(self.outside, "-", _unaccented(text.lower() if self.lower else text)).strip("-_./")
        if near and re.fullmatch(self.pattern, near):
            return "write {}", near
        return "write one such as {}", self.example

    def _near_url(self, text: str) -> tuple[str, str]:
        """The same server by https where another scheme, or none, is written; without path and login."""
        scheme, host = re.match(_URL, text.strip()).groups()  # type: ignore[union-attr] # it matches any text
        plain = (scheme or "").lower() == "http"
        near = f"{'http' if plain else 'https'}://{host.lower()}"
        if not re.fullmatch(self.pattern, near):
            return "write one such as {}", self.example
        return "write {}" if scheme else "write {}, or with http:// if it has no TLS", near

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A text that passes ``check``."""
        # pydantic is not needed to check a name, only to hold it in a model.
        from pydantic_core import core_schema  # noqa: PLC0415

        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The pattern, the length and an example, for editors."""
        json = handler(core)
        json.update(pattern=f"^{self.pattern}$", maxLength=self.longest, examples=[self.example])
        return json


def _unaccented(text: str) -> str:
    """Letters without their accents: `redis` of `rédis`."""
    import unicodedata  # noqa: PLC0415 (only where a name is wrong)

    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


_LABEL_TEXT = "has lower case letters, digits and '-', and begins and ends with a letter or a digit"
_SUBDOMAIN_TEXT = "has lower case letters, digits, '-' and '.', each part between letters or digits"
_KEY_TEXT = "is an optional DNS prefix and '/', then up to 63 letters, digits, '-', '_' and '.'"

# IsDNS1123Label.
NAMESPACE = Name("a namespace", _LABEL, _LONGEST_LABEL, _LABEL_TEXT, "shop")
Namespace = Annotated[str, NAMESPACE]

# IsDNS1035Label: Services, and what is named after them; stricter than the others, so it fits everywhere.
SERVICE_NAME = Name(
    "a Service name",
    r"[a-z]([-a-z0-9]*[a-z0-9])?",
    _LONGEST_LABEL,
    "has lower case letters, digits and '-', begins with a letter and ends with a letter or a digit",
    "redis",
)
ServiceName = Annotated[str, SERVICE_NAME]

# IsDNS1123Subdomain: ServiceAccounts, Secrets, ConfigMaps, storage classes, priority classes.
OBJECT_NAME = Name(
    "an object name", _SUBDOMAIN, _LONGEST_SUBDOMAIN, _SUBDOMAIN_TEXT, "my-name", outside=r"[^a-z0-9.]+"
)
ObjectName = Annotated[str, OBJECT_NAME]

# IsLabelKey: a prefix of at most 253, a slash, a name of at most 63.
LABEL_KEY = Name(
    "a label key",
    rf"(?=([^/]{{1,{_LONGEST_SUBDOMAIN}}}/)?[^/]{{1,{_LONGEST_LABEL}}}$)({_SUBDOMAIN}/)?{_QUALIFIED}",
    _LONGEST_SUBDOMAIN + 1 + _LONGEST_LABEL,
    _KEY_TEXT,
    "example.com/team",
    outside=r"[^A-Za-z0-9._/-]+",
    lower=False,
)
LabelKey = Annotated[str, LABEL_KEY]

TOPOLOGY_KEY = LABEL_KEY._replace(what="a topology key", example="kubernetes.io/hostname")
TopologyKey = Annotated[str, TOPOLOGY_KEY]

# ValidateAnnotations lowers the key before it asks IsQualifiedName, so its prefix may have capitals.
ANNOTATION_KEY = LABEL_KEY._replace(
    what="an annotation key",
    pattern=LABEL_KEY.pattern.replace(_SUBDOMAIN, _SUBDOMAIN.replace("a-z", "A-Za-z")),
    example="prometheus.io/scrape",
)
AnnotationKey = Annotated[str, ANNOTATION_KEY]

# IsLabelValue: empty is a value.
LABEL_VALUE = Name(
    "a label value",
    rf"({_QUALIFIED})?",
    _LONGEST_LABEL,
    "has letters, digits, '-', '_' and '.', and begins and ends with a letter or a digit",
    "backend",
    outside=r"[^A-Za-z0-9._-]+",
    lower=False,
)
LabelValue = Annotated[str, LABEL_VALUE]

# IsValidPortName: an IANA service name, in lower case.
PORT_NAME = Name(
    "a port name",
    r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*",
    15,
    "has lower case letters, digits and single '-' between them, and at least one letter",
    "redis",
)
PortName = Annotated[str, PORT_NAME]

# sentinel.conf of Redis, at "sentinel monitor": "The valid charset is A-z 0-9 and the three characters .-_".
MASTER_NAME = Name(
    "a master name",
    r"[A-Za-z0-9._-]+",
    _LONGEST_SUBDOMAIN,
    "has letters, digits, '.', '_' and '-'",
    "mymaster",
    outside=r"[^A-Za-z0-9._-]+",
    lower=False,
)
MasterName = Annotated[str, MASTER_NAME]

CLUSTER_DOMAIN = OBJECT_NAME._replace(what="a cluster domain", example="cluster.local")
ClusterDomain = Annotated[str, CLUSTER_DOMAIN]

# A SAN of a certificate (RFC 6125): the first part may be a wildcard.
DNS_NAME = OBJECT_NAME._replace(
    what="a DNS name", pattern=rf"(\*\.)?{_SUBDOMAIN}", example="redis.example.com", outside=r"[^a-z0-9.*]+"
)
DnsName = Annotated[str, DNS_NAME]

# Kinds of custom resources: IsDNS1035Label of their lower case, as people write them.
KIND_NAME = Name(
    "a kind",
    r"[A-Za-z][A-Za-z0-9]*",
    _LONGEST_LABEL,
    "has letters and digits and begins with a letter",
    "ClusterIssuer",
    outside=r"[^A-Za-z0-9]+",
    lower=False,
)
KindName = Annotated[str, KIND_NAME]

# OpenSSL's lists: names, and the signs of its cipher strings.
CIPHER_LIST = Name(
    "a list of ciphers",
    r"[A-Za-z0-9!+@=:_-]+",
    1000,
    "has names of ciphers with ':' between them, as `openssl ciphers` takes them",
    "ECDHE+AESGCM:ECDHE+CHACHA20",
    outside=r"[^A-Za-z0-9!+@=_-]+",
    lower=False,
)
CipherList = Annotated[str, CIPHER_LIST]
