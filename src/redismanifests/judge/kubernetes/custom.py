"""Custom: kinds of operators that we render, and that have no schema in Kubernetes.

The operator installs their schemas in the cluster, in its own version, and the API server validates them. Copies in
this package could be of another version.
"""

from __future__ import annotations

CUSTOM = {
    ("bitnami.com/v1alpha1", "SealedSecret"): "sealed-secrets",
    ("cert-manager.io/v1", "Certificate"): "cert-manager",
    ("external-secrets.io/v1", "ExternalSecret"): "external-secrets",
    ("external-secrets.io/v1beta1", "ExternalSecret"): "external-secrets",
    ("grafana.integreatly.org/v1beta1", "GrafanaDashboard"): "grafana-operator",
    ("monitoring.coreos.com/v1", "PodMonitor"): "prometheus-operator",
    ("monitoring.coreos.com/v1", "PrometheusRule"): "prometheus-operator",
    ("monitoring.coreos.com/v1alpha1", "ScrapeConfig"): "prometheus-operator",
}
"""apiVersion and kind -> the operator that validates it in the cluster."""
