"""A rendered deployment on real nodes: broken in every way that matters, while an application writes and reads."""
