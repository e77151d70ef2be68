"""Foreign: what objects of any origin say about themselves: whose they are, what serves in them, and how it is set.

Shared by `check`, `rehearse` and `migrate`. Nothing here depends on names or labels of our own templates.
"""
