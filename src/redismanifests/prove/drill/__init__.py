"""Drills: cause a fault in a running deployment, and measure outage and loss."""
