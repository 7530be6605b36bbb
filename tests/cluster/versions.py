"""Every version that the local cluster is made of."""

import os

# The oldest and the newest Kubernetes that Tidegate serves, each at its newest patch.
KUBERNETES = {"1.34": "1.34.4", "1.37": "1.37.2"}
OLDEST, NEWEST = "1.34", "1.37"
GATEWAY_API = "1.6.3"
ISTIO = "1.32.0"
ISTIO_SUM = "h1:37mJvg9I0biYZAEQF+MATs4FNeCpXEIVO3LFpVb6iNM="
# The module proxy has no newer one; the wheel's own version reads the same CRDs.
TRAEFIK_CRDS = "3.7.13"
TRAEFIK_SUM = "h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw="
KEDA = "2.21.0"
KEDA_SUM = "h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps="
PROMETHEUS_OPERATOR = "0.92.0"
PROMETHEUS_OPERATOR_SUM = "h1:tAbsod3+9sQsxDeAvLP27dAe9terToht5M+YdDwLGP0="
HELM = "4.3.1"
PROMETHEUS = "0.316.0"  # the module of Prometheus 3.16
METRICS_SERVER = "0.8.0"
PROMETHEUS_ADAPTER = "0.12.0"
PROMETHEUS_ADAPTER_SUM = "h1:e29A6BIwA/NKxPZeuamBMHJsvz0sSUXTb92Obg7RMV4="
KWOK = "0.8.0"
KIND = "0.32.0"
GO = "1.26.0"
# A change of the stack's own sources or flags, at unchanged versions.
BUILD = 1


def chosen() -> str:
    """The Kubernetes of every cluster that names none: the environment's KUBERNETES, or the newest."""
    return os.environ.get("KUBERNETES") or NEWEST
