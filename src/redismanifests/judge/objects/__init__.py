"""Manifests: whether the objects that were rendered can work, judged over the parsed output.

Not over what was meant, so that a template is held to it as well, and manifests that others wrote can be judged. One
file for each kind of fault; `references` is what hangs together (RM090), the others are rules of their own.
"""
