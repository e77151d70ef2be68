"""Convert: what follows from the facts of today for a profile, a module a topic, once for all charts."""
