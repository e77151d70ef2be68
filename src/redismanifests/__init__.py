"""redismanifests: from a small typed profile to Kubernetes manifests for Redis with Sentinel."""
