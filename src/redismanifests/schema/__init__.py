"""Schema: is it legal Kubernetes? The schemas that travel with the package, and the door to kubeconform."""
