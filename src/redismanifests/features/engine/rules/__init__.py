"""Rules about engine."""
