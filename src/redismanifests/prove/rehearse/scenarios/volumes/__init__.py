"""Volumes: files that are lost, damaged, foreign, or do not fit."""
