"""Judges of what a profile says, beside the rules over it."""
