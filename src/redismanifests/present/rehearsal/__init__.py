"""Rehearsal: what came out of rehearsals, for people and machines: live, as a table, as files."""
