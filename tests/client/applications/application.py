"""What every application of these tests does: read the printed settings, write until it is told to stop, look all up.

Its journal has the lines that the rehearsal's own writer writes, so both are read by one reader.
"""

import json
import os
import runpy
import signal
import time
from pathlib import Path

JOURNAL = Path("/journal/writes")


def settings():
    """The names that the printed file defines."""
    return runpy.run_path(os.environ["SETTINGS"])


def played(*, write, found, pause_s=0.012):
    over = []
    signal.signal(signal.SIGTERM, lambda *_: over.append(True))
    acknowledged = []
    with JOURNAL.open("a", encoding="utf-8") as journal:

        def note(**fields):
            journal.write(json.dumps(fields) + "\n")
            journal.flush()

        number = 0
        while not over:
            number += 1
            began, problem = time.time(), ""
            try:
                write(number)
                acknowledged.append(number)
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"
            note(kind="write", number=number, began=began, ended=time.time(), problem=problem)
            time.sleep(pause_s)
        lost = []
        for number in acknowledged:
            try:
                if found(number) is None:
                    lost.append(number)
            except Exception as error:
                note(kind="end", problem=f"{number}: {type(error).__name__}: {error}", lost=lost)
                return
        note(kind="end", problem="", lost=lost, acknowledged=len(acknowledged))
