"""Links: connections that are cut, and a DNS that is silent."""
