"""Formulas: what is known of Redis and Sentinel without a profile: engines, versions, directives, votes."""
