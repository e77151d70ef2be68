"""Readers of YAML by other hands than ours: version 1.1 as most tools have it, version 1.2, and ruamel's round trip."""

from __future__ import annotations

from io import StringIO
from typing import Any

import yaml
import yaml12
from ruamel.yaml import YAML


def read_1_1(text: str | bytes) -> Any:
    """As PyYAML reads it, and Ansible, and most linters."""
    return yaml.load(text, yaml.CSafeLoader)


def read_1_2(text: str) -> Any:
    """As YAML 1.2's core schema has it."""
    return yaml12.parse_yaml(text)


def round_trip(text: str) -> tuple[Any, str]:
    """What ruamel.yaml reads, and what it writes when nothing was changed."""
    reader = YAML()
    reader.preserve_quotes = True
    reader.indent(mapping=2, sequence=4, offset=2)
    reader.width = 1 << 30
    data = reader.load(text)
    stream = StringIO()
    reader.dump(data, stream)
    return data, stream.getvalue()
