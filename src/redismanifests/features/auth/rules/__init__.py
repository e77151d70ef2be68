"""Rules about auth."""
