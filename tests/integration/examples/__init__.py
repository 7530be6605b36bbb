"""What each file of `examples/` promises, seen in a cluster. An example is never edited for its test."""
