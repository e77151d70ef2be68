"""Faults that last until their alerts have fired, and health in which none may: with `rehearse --alerts` only."""
