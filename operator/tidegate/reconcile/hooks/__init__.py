"""Asking hooks, and keeping what they answered."""
