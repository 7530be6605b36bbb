"""Who is told, in which words. Pure."""
