"""Redis: checks that query Redis and Sentinel."""
