"""How a weight becomes manifests. Pure: no sockets."""
