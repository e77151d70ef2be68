"""Rehearsal: what came out of rehearsals, for people and machines: live, as a table, as files.

What must not come in: printing, writing, judgement (a result knows whether it held).
"""
