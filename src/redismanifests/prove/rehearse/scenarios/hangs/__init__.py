"""Hangs: frozen processes, and clocks that are set."""
