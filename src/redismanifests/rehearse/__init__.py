"""Rehearse: the rendered pods as real processes on this machine, faults, measurements."""
