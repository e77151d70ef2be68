"""Backup: the store, the restore and the move of a deployment, as a rehearsal has them."""
