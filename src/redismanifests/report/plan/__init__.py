"""Plan: a deployment on one screen, as text, Markdown, JSON and a picture.

What must not come in: a figure that is not in the plan.
"""
