"""The store: what the cluster looks like now, and whose turn it is."""
