"""Boards: dashboards with the data of a rehearsal, drawn without a Grafana."""

from redismanifests.present.boards.svg import svg

__all__ = ["svg"]
