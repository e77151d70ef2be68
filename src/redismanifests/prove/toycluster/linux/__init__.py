"""Linux: namespaces, mounts and processes of this machine."""
