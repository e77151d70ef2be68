"""Main: the door of the command line, before anything heavy is imported.

What must not come in: commands.
"""

from __future__ import annotations

from redismanifests.start import end_lightly, start_lightly


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
