"""Templates hold shape only, and every branch of every template is taken and not taken by a committed profile."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from jinja2 import Environment, nodes

from deployment import COMMITTED, TOP, reviewed
from redismanifests.core.data import template_texts
from redismanifests.judge.review import review
from redismanifests.prove.drill.measuring import job
from redismanifests.prove.drill.plan import Kind, plan
from redismanifests.render import environment, filling
from redismanifests.render.client_settings.settings import LIBRARIES, client

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES = {
    str(path.relative_to(TOP / "templates")): path.read_text(encoding="utf-8")
    for path in sorted((TOP / "templates").rglob("*.j2"))
}
each_template = pytest.mark.parametrize("name", TEMPLATES)
MOST_LINES = 140
MOST_PERCENT = 35


@each_template
def test_a_template_has_at_most_140_lines(name: str) -> None:
    assert len(TEMPLATES[name].splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith("/statefulset.yaml.j2")])
def test_template_code_stands_on_at_most_35_percent_of_a_stateful_sets_lines(name: str) -> None:
    lines = [line for line in TEMPLATES[name].splitlines() if line.strip()]
    code = [line for line in lines if re.search(r"\{[{%#]", line)]
    assert len(code) * 100 <= len(lines) * MOST_PERCENT, f"{len(code)} of {len(lines)} lines"


def _is_fact(node: nodes.Node) -> bool:
    """A name, or an attribute of one: ``redis.claim``."""
    while isinstance(node, nodes.Getattr):
        node = node.node
    return isinstance(node, nodes.Name)


def _is_shape(node: nodes.Node) -> bool:
    """Whether ``node`` itself is one of the few constructs that a template may have."""
    match node:
        case nodes.Template() | nodes.Output() | nodes.TemplateData():
            return True
        case nodes.If():
            return _is_fact(node.test) and not node.elif_
        case nodes.For():
            plain = isinstance(node.target, nodes.Name) and _is_fact(node.iter)
            return plain and not (node.test or node.recursive or node.else_)
        case nodes.Include():
            return isinstance(node.template, nodes.Const) and not node.ignore_missing
        case nodes.FilterBlock():
            one_number = [type(argument) for argument in node.filter.args] == [nodes.Const]
            return node.filter.name == "indent" and one_number and node.filter.node is None
    return _is_fact(node)


def _strays(node: nodes.Node) -> Iterator[str]:
    """Constructs in ``node`` that a template of this house may not have."""
    if not _is_shape(node):
        yield f"line {node.lineno}: {type(node).__name__}"
    for field in ("body", "nodes", "else_"):
        for child in getattr(node, field, ()):
            yield from _strays(child)


@each_template
def test_a_template_has_shape_and_no_decisions(name: str) -> None:
    assert list(_strays(Environment().parse(TEMPLATES[name]))) == []


@pytest.mark.parametrize(
    "stray",
    [
        "{{ 'literal' }}",
        "{{ 1 }}",
        "{{ a + b }}",
        "{{ a ~ '-x' }}",
        "{{ a | upper }}",
        "{{ a() }}",
        "{{ a['b'] }}",
        "{% set a = b %}",
        "{% if a == b %}{% endif %}",
        "{% if not a %}{% endif %}",
        "{% if a and b %}{% endif %}",
        "{% if a %}{% elif b %}{% endif %}",
        "{% for a in b if a %}{% endfor %}",
        "{% for a, b in c %}{% endfor %}",
        "{% include a %}",
        "{% filter upper %}{% endfilter %}",
        "{% filter indent(a) %}{% endfilter %}",
        "{% macro a() %}{% endmacro %}",
        "{{ a.b if a else c }}",
    ],
)
def test_what_is_not_allowed_would_be_noticed(stray: str) -> None:
    assert list(_strays(Environment().parse(stray)))


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(".yaml.j2")])
def test_a_hole_in_yaml_is_a_whole_key_or_a_whole_value(name: str) -> None:
    whole = r"\{\{ [\w.]+ \}\}"
    for line in TEMPLATES[name].splitlines():
        if "{{" in line:
            assert re.fullmatch(rf" *(- )?({whole}|[\w.\-/]+):( {whole})?| *(- )?{whole}", line), line


def test_every_template_opens_with_the_word_it_is_named_after() -> None:
    for name, source in TEMPLATES.items():
        kind = re.search(r"^kind: (\w+)$", source, re.MULTILINE)
        if kind:
            file = name.partition("/")[2].removesuffix(".yaml.j2")
            assert file.rpartition("-")[2] == kind[1].lower()


_HEADS = [f"head.{language}.j2" for language in ("py", "java", "go", "js", "cs")]
_APPLICATIONS = [each.template.partition("/")[2] for each in LIBRARIES.values()]
ALWAYS_THERE = {
    "drill/job.yaml.j2: drill.environment": "the script takes its settings from it",
    **{
        f"client/{template}: {name}": why
        for why, name, templates in (
            ("what is printed says for what", "head", _HEADS),
            ("each library's choice has its reason", "notes", _HEADS),
            ("no library is without", "pitfalls", _HEADS),
            ("there is a Sentinel", "sentinels", _APPLICATIONS),
        )
        for template in templates
    },
    "pod/resources.yaml.j2: container.resources.requests": "memory has a default and cannot be emptied",
    "pod/resources.yaml.j2: container.resources.limits": "memory has a default and cannot be emptied",
    "startup/configmap.yaml.j2: config.texts": "settings.sh and the scripts",
    "alerts/configmap.yaml.j2: config.texts": "one file of rules",
    "alerts/grafanadashboard.yaml.j2: dashboard.instances": "a selector without labels selects every Grafana",
    "alerts/rules.yaml.j2: rules.records": "whether it is writable is always recorded",
    "alerts/rules.yaml.j2: rules.alerts": "some alerts apply to every deployment",
    "alerts/record.yaml.j2: record.labels": "namespace and deployment",
    "alerts/alert.yaml.j2: alert.labels": "namespace, deployment and severity",
    "alerts/alert.yaml.j2: alert.annotations": "summary, description and runbook",
    "exporter/container.yaml.j2: container.arguments": "whom it asks, and where it answers",
    "backup/cronjob.yaml.j2: dump": "a pod has the ids of its first container",
    "backup/dump.yaml.j2: dump": "one container, under the name that its chapters read",
    "backup/upload.yaml.j2: upload": "one container, under the name that its chapters read",
    "backup/store-env.yaml.j2: backup.variables": "every store has a kind and a place",
    "restore/drill-cronjob.yaml.j2: drill.fetch": "one container, under the name that its chapters read",
    "restore/init.yaml.j2: source.fetch": "one container, under the name that its chapters read",
    "restore/init.yaml.j2: source.stores": "a restore has a store, under the name that its chapters read",
    "restore/volumes.yaml.j2: source.stores": "a restore has a store, under the name that its chapters read",
    "segments/container.yaml.j2: shipper.stores": "segments have a store, under the name that its chapters read",
    "segments/container.yaml.j2: shipper.containers": "one container, under the name that its chapters read",
    "segments/volumes.yaml.j2: shipper.stores": "segments have a store, under the name that its chapters read",
    "migration/settings.sh.j2: migration.sources": "a file of deployments that follow an old master",
    "restore/settings.sh.j2: restore.sources": "a file of deployments that restore",
    "backup/networkpolicy.yaml.j2: policy.egress": "a backup reaches the members",
    "network-policy/networkpolicy.yaml.j2: policy.ingress": "the members reach each other",
    "network-policy/networkpolicy.yaml.j2: policy.egress": "the members reach each other",
    "network-policy/peers.yaml.j2: rule.peers": "without peers Kubernetes reads a rule as open to all",
    "network-policy/ports.yaml.j2: rule.ports": "without ports Kubernetes reads a rule as open on all",
    "namespace/bounds.yaml.j2: bound.amounts": "a field of a LimitRange without amounts is left out",
    "tls/certificate.yaml.j2: certificate.names": "localhost is one",
    "tls/certificate.yaml.j2: certificate.addresses": "127.0.0.1 is one",
    "namespace/limitrange.yaml.j2: limit_range.items": "a LimitRange without entries is not rendered",
}
"""Loops that are never empty, and why."""

_IF = re.compile(r"\{% if ([\w.]+) %\}")
_FOR = re.compile(r"\{% for (\w+) in ([\w.]+) %\}")


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, set[bool]]]:
    """What every `if` and `for` saw while all committed profiles were rendered: something, or nothing."""
    seen: dict[str, set[bool]] = defaultdict(set)

    def probe(site: str, value: object) -> object:
        seen[site].add(bool(value))
        return value

    def instrumented(name: str, source: str) -> str:
        source = _IF.sub(lambda m: f"{{% if probe('{name}: {m[1]}', {m[1]}) %}}", source)
        return _FOR.sub(lambda m: f"{{% for {m[1]} in probe('{name}: {m[2]}', {m[2]}) %}}", source)

    plain = {path: review(path).rendering.files for path in COMMITTED}
    sources = {
        name: instrumented(name, source) if name.endswith(".j2") else source
        for name, source in template_texts().items()
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "template_texts", lambda: sources)
        # Nothing that was made of the plain sources, and nothing of these is kept.
        patch.setattr(filling, "built", dict)
        patch.setattr(sys, "dont_write_bytecode", True)
        environment._environment.cache_clear()
        for language in filling.LANGUAGES:
            environment._environment(language).globals["probe"] = probe
        for path in COMMITTED:
            assert review(path).rendering.files == plain[path]
            for node in ("", "node-1"):
                job(reviewed(path).profile, plan(reviewed(path).profile, Kind.DRAIN, node=node))
            for library in LIBRARIES:
                client(review(path).profile, library, path.name)
    environment._environment.cache_clear()
    yield seen


def _sites(pattern: re.Pattern[str]) -> set[str]:
    return {
        f"{name}: {m[pattern.groups]}" for name, text in TEMPLATES.items() for m in pattern.finditer(text)
    }


def test_every_if_is_taken_and_not_taken_by_a_committed_profile(seen: dict[str, set[bool]]) -> None:
    assert {site for site in _sites(_IF) if seen[site] != {True, False}} == set()


def test_every_loop_runs_and_does_not_run_for_a_committed_profile(seen: dict[str, set[bool]]) -> None:
    one_sided = {site for site in _sites(_FOR) if seen[site] != {True, False}}
    # A loop inside an `if` of the same name shares its site: the `if` sees the empty case.
    assert {site: seen[site] for site in one_sided ^ ALWAYS_THERE.keys()} == {}


def test_no_if_and_no_loop_escapes_this_count() -> None:
    for text in TEMPLATES.values():
        assert len(_IF.findall(text)) == len(re.findall(r"\{%-? *if\b", text))
        assert len(_FOR.findall(text)) == len(re.findall(r"\{%-? *for\b", text))
