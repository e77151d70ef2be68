"""What rules say of Redis and Sentinel, seen of their processes; the page that lists it (docs/evidence.md)."""
