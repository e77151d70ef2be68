"""Case: a profile with what it is judged by: its rendering, the demands of its namespace, the day."""
