"""Core: values, sources and findings, independent of Redis. It imports nothing of the other areas."""
