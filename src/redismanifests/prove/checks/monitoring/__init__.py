"""Monitoring: what a Prometheus that watches the deployment is asked, where one is named."""
