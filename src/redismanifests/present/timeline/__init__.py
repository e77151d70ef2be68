"""Timeline: pods over time as a picture: who was what when, what was done, and when nothing could be written.

A rehearsal draws its scenarios with it, and a drill on a live cluster can. ``Timeline`` is what is drawn, ``svg`` draws
it.
"""

from redismanifests.present.timeline.svg import svg
from redismanifests.present.timeline.value import Lane, Mark, Span, State, Timeline

__all__ = ["Lane", "Mark", "Span", "State", "Timeline", "svg"]
