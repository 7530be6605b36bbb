"""How a weight becomes manifests. Pure: no sockets."""

from .attached import AttachedRoute, release_patch, rules_owner
from .confirmation import Confirmation, confirmation
from .exposure import NOTHING, Cookie, Exposure, Header, cookie_header
from .features import GatewayClass, Need, lacking, needs
from .managed import OPT_OUT, ManagedRoute
from .router import Router, Split
from .split import Backends

__all__ = [
    "NOTHING",
    "OPT_OUT",
    "AttachedRoute",
    "Backends",
    "Confirmation",
    "Cookie",
    "Exposure",
    "GatewayClass",
    "Header",
    "ManagedRoute",
    "Need",
    "Router",
    "Split",
    "confirmation",
    "cookie_header",
    "lacking",
    "needs",
    "release_patch",
    "rules_owner",
]
