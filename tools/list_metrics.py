#!/usr/bin/env python3
"""Writes the lists of series of every redis_exporter that this machine has, each taken from its program.

Run it after a new version was built by tools/build_exporter.sh or fetched by tools/fetch_engines.py; read the diff.
tests/monitoring/test_contract.py compares each list with its program.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from exporters import exporters
from monitoring.series import exported_by
from redismanifests.features.alerts.contract import FOLDER

for version, program in exporters().items():
    name = ".".join(map(str, version))
    with tempfile.TemporaryDirectory() as folder:
        found = exported_by(program, Path(folder))
    head = f"# Series of redis_exporter {name} of a Redis 7.0.15: master, replica, Sentinel (tools/list_metrics.py).\n"
    (FOLDER / f"{name}.txt").write_text(head + "".join(f"{each}\n" for each in sorted(found)), "utf-8")
    print(f"{name}: {len(found)} names")
