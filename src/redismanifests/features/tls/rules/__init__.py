"""Rules about tls."""
