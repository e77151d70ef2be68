"""Features: one folder is one thing a user can configure: settings.py, view.py, rules.py, as far as it needs them.

This module imports nothing, because a profile imports settings below it.
"""

VIEWS = (
    "namespace",
    "engine",
    "addressing",
    "redis",
    "sentinel",
    "startup",
    "exporter",
    "alerts",
    "probe",
    "service",
    "pod",
    "spread",
    "disruption",
    "storage",
    "service_account",
    "network_policy",
    "auth",
    "tls",
    "backup",
)
"""Features with a view.py: the facts that templates may print of them, their objects and ConfigMaps."""

RULES = (
    "namespace.rules",
    "platform.rules",
    "engine.rules.engine",
    "engine.rules.image",
    "engine.rules.lifetime",
    "addressing.rules",
    "redis.rules.memory",
    "redis.rules.limit",
    "redis.rules.durability",
    "redis.rules.replication",
    "redis.rules.extra_config",
    "redis.rules.extra_effect",
    "redis.rules.extra_value",
    "sentinel.rules",
    "recovery.rules",
    "startup.rules",
    "redis.rules.shutdown",
    "exporter.rules",
    "alerts.rules",
    "probe.rules",
    "service.rules",
    "pod.rules",
    "mesh.rules",
    "spread.rules",
    "disruption.rules",
    "network_policy.rules",
    "auth.rules.user",
    "auth.rules.access",
    "tls.rules.tls",
    "tls.rules.cipher",
    "tls.rules.name",
    "requirement.rules",
)
"""Modules with rules over the profile."""
