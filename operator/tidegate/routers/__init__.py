"""How a weight becomes manifests. Pure: no sockets."""

from .attached import AttachedRoute, release_patch, rules_owner
from .confirmation import Confirmation, confirmation
from .managed import OPT_OUT, ManagedRoute
from .router import Router, Split
from .split import Backends

__all__ = [
    "OPT_OUT",
    "AttachedRoute",
    "Backends",
    "Confirmation",
    "ManagedRoute",
    "Router",
    "Split",
    "confirmation",
    "release_patch",
    "rules_owner",
]
