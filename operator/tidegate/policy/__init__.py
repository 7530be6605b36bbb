"""What may go out at all. Pure."""
