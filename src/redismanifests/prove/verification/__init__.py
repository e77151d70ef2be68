"""Verification: opens what is to be verified (a cluster, a dump, a rehearsal), asks it every check, and judges it."""
