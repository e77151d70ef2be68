"""Door: ``python -m redismanifests.rehearse FOLDER``, until the command line has a command of its own.

Why: colleagues run their scripts on the engine with it. What must not come in: anything but arguments and lines.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yaml12 import parse_yaml

from redismanifests.errors import RedismanifestsError
from redismanifests.rehearse.run import DNS_TTL_S, run
from redismanifests.rehearse.scenarios import SCENARIOS

if TYPE_CHECKING:
    from redismanifests.rehearse.event import Event
    from redismanifests.rehearse.objects import Object
    from redismanifests.rehearse.result import Result


def _objects(path: Path) -> list[Object]:
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    documents: list[Any] = []
    for file in files:
        documents += parse_yaml(file.read_text(encoding="utf-8"), multi=True)
    return [document for document in documents if document]


def _show(result: Result) -> None:
    print(f"{'held' if result.held else 'FAILED':8} {result.scenario}")
    for measure in result.measures:
        limit = (
            ""
            if measure.limit is None
            else f"  limit {measure.limit:g}{'' if measure.held else '  EXCEEDED'}"
        )
        print(f"         {measure.name:26} {measure.value:8.2f} {measure.unit}{limit}")
    for problem in result.problems:
        print(f"         wrong: {problem}")
    sys.stdout.flush()


def main() -> int:
    """Rehearse a rendered folder (or one file of objects)."""
    parser = argparse.ArgumentParser(prog="python -m redismanifests.rehearse")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--scenario", nargs="+", default=[each.name for each in SCENARIOS])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--redis-server")
    parser.add_argument("--dns-ttl", type=float, default=DNS_TTL_S)
    parser.add_argument("--keep-logs", type=Path)
    parser.add_argument("--events", action="store_true")
    options = parser.parse_args()
    if options.list or options.folder is None:
        for each in SCENARIOS:
            print(f"{each.name:22} {each.about}")
        return 0
    held = True
    began = time.time()

    def watch(event: Event) -> None:
        if options.events:
            print(f"{event.at - began:8.2f} {event.kind:20} {event.subject:28} {event.text}", flush=True)

    for name in options.scenario * options.repeat:
        began = time.time()
        logs = options.keep_logs / f"{name}-{int(began)}" if options.keep_logs else None
        try:
            result = run(
                _objects(options.folder),
                name,
                engine=options.redis_server,
                dns_ttl=options.dns_ttl,
                logs=logs,
                watch=watch,
            )
        except RedismanifestsError as error:
            print(f"{error.fact}\nfix: {error.fix}", file=sys.stderr)
            return error.exit_code
        if options.keep_logs:
            lines = [f"{e.at:.3f} {e.kind} {e.subject} {e.text}" for e in result.events]
            (options.keep_logs / f"{name}-{int(began)}" / "events").write_text(
                "\n".join(lines), encoding="utf-8"
            )
        _show(result)
        held &= result.held
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
