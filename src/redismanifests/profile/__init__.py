"""Profile: what a user writes: its model, its form, and what follows from it."""
