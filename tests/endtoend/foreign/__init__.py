"""Foreign: manifests of others on the nodes, as a rehearsal runs them, and what both say of them."""
