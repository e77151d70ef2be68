"""Checks: live checks of a deployment, with evidence: does it match the profile, and could it fail over?

A deployment that looks healthy may be unable to fail over. The same checks run in a rehearsal and in a live cluster.
"""
