"""An application with the printed settings of Celery: a worker beside it, task after task, each result awaited."""

import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

from application import played, settings
from celery import Celery

app = Celery("tasks")
made = settings()
app.config_from_object(SimpleNamespace(**made))
PATIENCE_S = 60.0


@app.task(name="double")
def double(number: int) -> int:
    return 2 * number


if __name__ == "__main__":
    command = [
        sys.executable,
        "-m",
        "celery",
        "--app=celery_tasks",
        "worker",
        "--pool=solo",
        "--loglevel=INFO",
    ]
    log = Path("/journal/worker.log").open("wb")  # noqa: SIM115 (as long as the process)
    over = threading.Event()

    def kept_running() -> None:
        """As a kubelet does with a worker that ended."""
        while not over.is_set():
            worker = subprocess.Popen(command, stdout=log, stderr=log, cwd=Path(__file__).parent)
            while worker.poll() is None:
                if over.wait(0.2):
                    worker.terminate()
                    worker.wait()
            over.wait(1)

    keeping = threading.Thread(target=kept_running)
    keeping.start()
    sent: dict[int, object] = {}

    def write(number: int) -> None:
        sent[number] = made["send"](double, number)

    def found(number: int) -> object:
        result = sent[number].get(timeout=PATIENCE_S)
        return number if result == 2 * number else None

    played(write=write, found=found, pause_s=0.2)
    over.set()
    keeping.join()
