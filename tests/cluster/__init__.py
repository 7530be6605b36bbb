"""The local cluster: a real control plane, nodes, gateway and Prometheus, without Docker."""
