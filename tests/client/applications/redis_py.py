"""An application with the printed settings of redis-py: one write after the other, and a look-up of them all."""

from application import played, settings

made = settings()
played(
    write=lambda number: made["master"].set(f"shop:{number}", number),
    found=lambda number: made["master"].get(f"shop:{number}"),
)
