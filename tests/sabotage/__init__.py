"""Sabotage: single changes, each a fault seen in the field, and who must catch it.

Why: a check that never caught anything is a hope. `table` holds the changes, one room for what is changed; the page
docs/sabotage.md is made of it.
"""
