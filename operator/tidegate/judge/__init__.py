"""What the numbers mean. Pure."""
