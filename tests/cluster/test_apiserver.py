"""The API server of the tests itself: up, alone, and gone again with everything that it brought."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cluster.api import Api
from cluster.apiserver import api_server
from patience import sooner

if TYPE_CHECKING:
    from cluster.apiserver import ApiServer

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc and the death signal of a parent are Linux'"),
]

TIMES = 3
"""Starts in a row; issue 4 asks for 20 of the whole cluster, which is a run of its own."""


def processes_in(folder: Path) -> list[int]:
    """Every process that was told of the folder: both programs keep all their files there."""
    mark = os.fsencode(folder)
    return [int(each.name) for each in Path("/proc").glob("[0-9]*") if mark in _command(each)]


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def test_nothing_is_left_behind(programs: Path) -> None:
    for _ in range(TIMES):
        with api_server(programs) as server, closing(server.connected()) as api:
            assert api.get("/version").accepted
            assert len(processes_in(server.folder)) == 2
        assert processes_in(server.folder) == []
        assert not server.folder.exists()


def test_the_programs_die_with_a_test_process_that_is_killed(programs: Path, tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from cluster.apiserver import api_server\n"
        "with api_server(Path(sys.argv[1])): print('up', flush=True); time.sleep(600)"
    )
    path = os.pathsep.join((str(Path(__file__).parent.parent), *sys.path))
    with subprocess.Popen(
        [sys.executable, "-c", script, programs],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)},
    ) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"up\n"
        assert len(processes_in(tmp_path)) == 2
        killed.send_signal(signal.SIGKILL)
    assert sooner(20, lambda: not processes_in(tmp_path))


def test_a_program_that_does_not_start_is_quoted(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "etcd").symlink_to(programs / "etcd")
    (tmp_path / "kube-apiserver").write_text("#!/bin/sh\necho no memory left >&2\nexit 1\n")
    (tmp_path / "kube-apiserver").chmod(0o755)
    words = "kube-apiserver ended at its start:\nno memory left"
    with pytest.raises(RuntimeError, match=words), api_server(tmp_path):
        pass


def test_nobody_is_let_in_with_another_token(server: ApiServer) -> None:
    with closing(Api(server.port, "guessed", server.certificate)) as stranger:
        assert stranger.get("/api/v1/namespaces").code == 401
