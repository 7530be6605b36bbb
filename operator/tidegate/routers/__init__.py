"""How a weight becomes manifests. Pure: no sockets."""

from .attached import AttachedRoute, appliers, held_route, held_rules, release_patch, rules_owner
from .claimed import matches_served, places_served
from .confirmation import Confirmation, confirmation
from .exposure import NOTHING, Cookie, Exposure, Header, cookie_header
from .features import GatewayClass, Need, needs, why_unable
from .ingress import CANARY, CANARY_AFFINITY, CANARY_WEIGHT, CLASS, CanaryIngress
from .managed import OPT_OUT, ManagedRoute
from .notes import holders, is_note, note_names
from .router import Router, Split
from .shapes import DIGEST, GATEWAY, TRAEFIK_SERVICE, VIRTUAL_SERVICE, Shape, digest
from .split import WHOLE, Backends, whole_spec
from .subsets import SUBSET_NOTES, Subsets, point_patch, restore_subsets_patch, subsets, unknown_subsets

# Those that Tidegate owns and writes whole.
Whole = ManagedRoute | CanaryIngress

__all__ = [
    "CANARY",
    "CANARY_AFFINITY",
    "CANARY_WEIGHT",
    "CLASS",
    "DIGEST",
    "GATEWAY",
    "NOTHING",
    "OPT_OUT",
    "SUBSET_NOTES",
    "TRAEFIK_SERVICE",
    "VIRTUAL_SERVICE",
    "WHOLE",
    "AttachedRoute",
    "Backends",
    "CanaryIngress",
    "Confirmation",
    "Cookie",
    "Exposure",
    "GatewayClass",
    "Header",
    "ManagedRoute",
    "Need",
    "Router",
    "Shape",
    "Split",
    "Subsets",
    "Whole",
    "appliers",
    "confirmation",
    "cookie_header",
    "digest",
    "held_route",
    "held_rules",
    "holders",
    "is_note",
    "matches_served",
    "needs",
    "note_names",
    "places_served",
    "point_patch",
    "release_patch",
    "restore_subsets_patch",
    "rules_owner",
    "subsets",
    "unknown_subsets",
    "whole_spec",
    "why_unable",
]
