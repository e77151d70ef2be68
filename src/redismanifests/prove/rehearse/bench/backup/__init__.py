"""Backup: the store and the restore of a deployment, as a rehearsal has them."""
