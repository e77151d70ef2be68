"""Comparisons: what is different between two reports."""
