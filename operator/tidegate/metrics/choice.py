"""Which data plane's metrics answer, chosen by the controllers behind a route; or why none is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tidegate.api import DataPlane

from .data_planes import COUNTS

ENVOY_GATEWAY = "gateway.envoyproxy.io/gatewayclass-controller"
NGINX_GATEWAY_FABRIC = "gateway.nginx.org/nginx-gateway-controller"
CONTROLLERS: Mapping[str, DataPlane] = {
    "traefik.io/gateway-controller": DataPlane.TRAEFIK,
    "istio.io/gateway-controller": DataPlane.ISTIO,
    "istio.io/mesh-controller": DataPlane.ISTIO,
    "linkerd.io/policy-controller": DataPlane.LINKERD,
    "projectcontour.io/gateway-controller": DataPlane.CONTOUR,
    ENVOY_GATEWAY: DataPlane.APPLICATION,
    NGINX_GATEWAY_FABRIC: DataPlane.APPLICATION,
}
# Controllers whose own metrics cannot tell a candidate's requests, and why: a wrong answer is worse than none.
BLIND: Mapping[str, str] = {
    ENVOY_GATEWAY: "Envoy Gateway counts all backends of a rule as one",
    NGINX_GATEWAY_FABRIC: "NGINX Gateway Fabric counts no single backend",
}
INSTEAD = "set spec.dataPlane, or ask by query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A data plane and what is to be known of it; or none, and a sentence that says what to do."""

    plane: DataPlane | None = None
    remark: str = ""
    sentence: str = ""


def choose(declared: DataPlane | None, controllers: Iterable[str]) -> Choice:
    """The declared data plane, or the one that every controller of the route agrees on."""
    if declared is not None:
        return Choice(plane=declared, remark=_remark(declared))

    found = sorted(set(controllers))
    if not found:
        return Choice(sentence=f"no controller is known behind the route yet: {INSTEAD}")

    if unknown := [name for name in found if name not in CONTROLLERS]:
        return Choice(sentence=f"there are no built-in queries for controller {unknown[0]}: {INSTEAD}")

    planes = sorted({CONTROLLERS[name] for name in found}, key=lambda plane: plane.value)
    if len(planes) > 1:
        names = " and ".join(plane.value for plane in planes)
        return Choice(sentence=f"the route is served by {names}: set spec.dataPlane to the one that counts")

    why = next((f"{BLIND[name]}: " for name in found if name in BLIND), "")
    return Choice(plane=planes[0], remark=why + _remark(planes[0], told=bool(why)))


def _remark(plane: DataPlane, *, told: bool = False) -> str:
    counts = COUNTS[plane]
    if told:
        return f"the candidate is judged by its pods' own {counts.counter}"

    if counts.live:
        return ""

    return f"the built-in queries for {plane.value} are experimental: they were never run against the product itself"
