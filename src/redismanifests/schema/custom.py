"""Custom: kinds of operators that we render, and that no schema of Kubernetes knows.

Their schemas live in the cluster, with the operator that brings them, in its version: the API server there judges them.
Carried copies would judge by another version than the cluster's. What must not come in: a kind that no template writes
and no user brings.
"""

from __future__ import annotations

CUSTOM = {
    ("bitnami.com/v1alpha1", "SealedSecret"): "sealed-secrets",
    ("cert-manager.io/v1", "Certificate"): "cert-manager",
    ("external-secrets.io/v1", "ExternalSecret"): "external-secrets",
    ("external-secrets.io/v1beta1", "ExternalSecret"): "external-secrets",
}
"""apiVersion and kind -> the operator whose cluster judges it."""
