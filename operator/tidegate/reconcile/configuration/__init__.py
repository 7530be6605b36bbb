"""ConfigMaps and Secrets that pods use: watched while a Release tracks them, copied for its revisions."""
