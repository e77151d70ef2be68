"""Configuration: which lines and values of redis.conf and which commands each version of an engine knows."""
