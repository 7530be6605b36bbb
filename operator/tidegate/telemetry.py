"""The operator's own logs, counters and loop lag."""
