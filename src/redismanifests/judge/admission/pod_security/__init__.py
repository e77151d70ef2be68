"""Pod Security: the standards of each version, as the admission plugin checks them."""
