"""What a plan needs of its data plane beyond the core of the Gateway API, and whether a GatewayClass has it.

A gateway may accept a route with a filter that it does not know, and answer every request with 500: so this is asked
before a rollout starts, and what nobody vouches for is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tidegate.api import ReleaseSpec

MIRROR = "HTTPRouteRequestMirror"
MIRROR_PERCENT = "HTTPRouteRequestPercentageMirror"
RESPONSE_HEADERS = "HTTPRouteResponseHeaderModification"
# The API has no name for answers of one backend; who filters a backend's requests filters its answers too.
BACKEND_FILTERS = "HTTPRouteBackendRequestHeaderModification"

# Controllers that did all of it in releases that reported no features yet.
ALL = frozenset({MIRROR, MIRROR_PERCENT, RESPONSE_HEADERS, BACKEND_FILTERS})
KNOWN: Mapping[str, frozenset[str]] = {
    "gateway.envoyproxy.io/gatewayclass-controller": ALL,
    "istio.io/gateway-controller": ALL,
    "traefik.io/gateway-controller": frozenset({RESPONSE_HEADERS, BACKEND_FILTERS}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayClass:
    """A class of gateways: who serves it, and what that says. Without a controller it is not there, or `unread`."""

    name: str
    controller: str = ""
    features: frozenset[str] = frozenset()
    unread: bool = False

    def has(self, feature: str) -> bool:
        """By its own report; where it has none, by what is known of its controller."""
        return feature in (self.features or KNOWN.get(self.controller, frozenset()))

    def told(self) -> str:
        """Who lacks it, for people."""
        if self.unread:
            return f"GatewayClass {self.name}, in a namespace that this operator does not watch,"

        if not self.controller:
            return f"GatewayClass {self.name}, which is missing,"

        silent = "" if self.features else ", which reports no supportedFeatures"
        return f"GatewayClass {self.name} (controller {self.controller}{silent})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A feature, and the field that asks for it."""

    field: str
    feature: str


def needs(spec: ReleaseSpec) -> Iterator[Need]:
    """Every feature beyond the core that a plan asks for."""
    for index, step in enumerate(spec.steps):
        field = f"spec.steps[{index}].mirror (step {step.name})"
        if step.mirror:
            yield Need(field=field, feature=MIRROR)

        if step.mirror and step.mirror.percent < 100:
            yield Need(field=field, feature=MIRROR_PERCENT)

    if spec.traffic.affinity:
        yield Need(field="spec.traffic.affinity", feature=RESPONSE_HEADERS)
        yield Need(field="spec.traffic.affinity", feature=BACKEND_FILTERS)


def why_unable(need: Need, found: GatewayClass) -> str:
    """Why this class cannot serve the plan; empty where it can."""
    if found.has(need.feature):
        return ""

    return (
        f"{need.field}: {found.told()} lacks {need.feature}:"
        " take the field out, or use a gateway that reports the feature"
    )
