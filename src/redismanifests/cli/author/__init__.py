"""Author: commands that help to write a profile."""
