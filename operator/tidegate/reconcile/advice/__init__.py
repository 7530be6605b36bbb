"""What nobody declared, told and deciding nothing: restarts, logs, usage and unusual values."""
