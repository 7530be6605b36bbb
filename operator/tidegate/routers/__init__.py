"""How a weight becomes manifests. Pure: no sockets."""

from .attached import AttachedRoute, release_patch, rules_owner
from .confirmation import Confirmation, confirmation
from .managed import ManagedRoute
from .router import Router, Split
from .shapes import GATEWAY, TRAEFIK_SERVICE, VIRTUAL_SERVICE, Shape
from .split import Backends

__all__ = [
    "GATEWAY",
    "TRAEFIK_SERVICE",
    "VIRTUAL_SERVICE",
    "AttachedRoute",
    "Backends",
    "Confirmation",
    "ManagedRoute",
    "Router",
    "Shape",
    "Split",
    "confirmation",
    "release_patch",
    "rules_owner",
]
