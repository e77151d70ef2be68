"""Rules about redis."""
