"""Findings: for people, code scanning, pull requests and CI servers, one file a format."""
