"""Render: from a Profile to the files of a Rendering, in memory."""
