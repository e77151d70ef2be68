"""Dashboards: panels in the order in which a paged person looks, as Grafana reads them."""
