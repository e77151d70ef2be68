"""ResourceQuota: which quota counts which object, and how much of it."""
