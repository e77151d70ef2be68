"""Main: the entry point of the command line; it imports nothing heavy before it must."""

from __future__ import annotations

from redismanifests.core.start import end_lightly, start_lightly


def main() -> None:
    """Run the command line."""
    start_lightly()
    try:
        # Only now: importing click is a third of what there is to collect.
        from redismanifests.cli import main as run  # noqa: PLC0415

        run()
    finally:
        end_lightly()


if __name__ == "__main__":
    main()
