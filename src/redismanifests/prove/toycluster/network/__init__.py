"""Network: addresses, the cluster's DNS, Services and NetworkPolicies."""
