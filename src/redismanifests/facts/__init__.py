"""Facts: what is known of Redis and Sentinel, as arithmetic over a profile: engines, memory, votes, recovery.

Features decide and rules judge by these; nothing here decides or judges. Sources stand beside each figure.
"""
