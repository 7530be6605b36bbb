"""How a weight becomes manifests. Pure: no sockets."""

from .attached import AttachedRoute, release_patch, rules_owner
from .confirmation import Confirmation, confirmation
from .ingress import CANARY, CANARY_WEIGHT, CLASS, CanaryIngress
from .managed import ManagedRoute
from .router import Router, Split
from .shapes import GATEWAY, TRAEFIK_SERVICE, VIRTUAL_SERVICE, Shape
from .split import Backends
from .subsets import Subsets, point_patch, restore_subsets_patch, subsets

# Those that Tidegate owns and writes whole.
Whole = ManagedRoute | CanaryIngress

__all__ = [
    "CANARY",
    "CANARY_WEIGHT",
    "CLASS",
    "GATEWAY",
    "TRAEFIK_SERVICE",
    "VIRTUAL_SERVICE",
    "AttachedRoute",
    "Backends",
    "CanaryIngress",
    "Confirmation",
    "ManagedRoute",
    "Router",
    "Shape",
    "Split",
    "Subsets",
    "Whole",
    "confirmation",
    "point_patch",
    "release_patch",
    "restore_subsets_patch",
    "rules_owner",
    "subsets",
]
