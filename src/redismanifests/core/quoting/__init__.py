"""Quoting: one value as a literal of another language: YAML, redis.conf, shell, program code."""
