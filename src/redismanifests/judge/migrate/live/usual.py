"""Usual: which chart made the objects, by their labels, and what it has by default: that no person chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.foreign.origin import origin_of
from redismanifests.judge.migrate.accounts import defaults_of, expanded, row_of
from redismanifests.judge.migrate.charts import CHARTS
from redismanifests.judge.migrate.charts.presets import PRESETS
from redismanifests.judge.migrate.row import version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redismanifests.core.object import Object
    from redismanifests.judge.foreign.origin import Origin
    from redismanifests.judge.migrate.row import Chart, Version

PLACES = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
"""The amounts of a preset, in its order."""


class Usual(NamedTuple):
    """Defaults of a chart by fact; empty where no chart is known."""

    values: Mapping[str, tuple[Any, ...]]
    """Fact -> its defaults, one for each section of pods."""
    lines: frozenset[str]
    """Lines of redis.conf that the chart has by default."""
    disabled: tuple[str, ...]
    """Commands that the chart turns off by default."""
    known: bool
    """Whether the chart is known, and with it its start scripts, probes and containers."""

    def is_default(self, name: str, value: Any) -> bool:
        """Whether a value is one of the chart's defaults."""
        defaults = self.values.get(name, ())
        if name.rsplit(".", maxsplit=1)[-1] in ("cpu", "memory") or name.endswith(".size"):
            return any(_same(value, each) for each in defaults)
        return value in defaults


def _same(value: Any, default: Any) -> bool:
    try:
        return Quantity.read(value) == Quantity.read(default)
    except ValueError:
        return False


def chart_of_objects(objects: Iterable[Object]) -> tuple[Origin, Chart | None]:
    """Whose objects these are, and its chart if that is known here in that version."""
    origin = origin_of(objects)
    number = version_of(origin.version)
    for chart in CHARTS:
        owner, _, last = chart.name.partition("/")
        newest = version_of(chart.newest)
        fits = chart.oldest <= number and number[:1] <= newest[:1]
        if origin.chart == last and fits and origin.vendor.lower() in ("", owner):
            return origin, chart
    return origin, None


def usual_of(chart: Chart | None, version: Version) -> Usual:
    """The defaults of a version of a chart."""
    if chart is None:
        return Usual({}, frozenset(), (), known=False)
    table = expanded(chart)
    values: dict[str, tuple[Any, ...]] = {}
    lines: set[str] = set()
    disabled: tuple[str, ...] = ()
    for key, value in defaults_of(chart, version).items():
        found = row_of(table, key)
        if found is None or not found[1].fact:
            continue
        name = found[1].fact
        if name in ("config.common", "config.pod"):
            lines |= {each.strip() for each in str(value).splitlines()}
        elif name == "config.disabled":
            disabled = tuple(value or ())
        elif name.startswith("config."):
            word = key.removeprefix(f"{found[0]}.") if name == "config.map" else name.removeprefix("config.")
            lines.add(f"{word} {value}")
        elif name.endswith(".preset") and value in PRESETS:
            part = name.removesuffix(".preset")
            for place, text in zip(PLACES, PRESETS[value], strict=True):
                values[f"{part}.{place}"] = (*values.get(f"{part}.{place}", ()), text)
        else:
            values[name] = (*values.get(name, ()), value)
    return Usual(values, frozenset(lines), disabled, known=True)
