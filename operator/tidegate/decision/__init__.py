"""What happens next. Pure: it knows no clock, no socket and no Kubernetes client."""
