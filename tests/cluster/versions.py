"""Every version that the local cluster is made of."""

KUBERNETES = "1.37.2"
GATEWAY_API = "1.6.3"
HELM = "4.3.1"
PROMETHEUS = "0.316.0"  # the module of Prometheus 3.16
KWOK = "0.8.0"
KIND = "0.32.0"
GO = "1.26.0"
# A change of the stack's own sources or flags, at unchanged versions.
BUILD = 1
