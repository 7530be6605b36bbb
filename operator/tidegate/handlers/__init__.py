"""The kopf shell, and the controllers of quiet kinds."""
