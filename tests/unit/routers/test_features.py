"""Which features a plan needs, and which classes of gateways have them."""

from typing import Any

import pytest

from tests.unit.api.test_release import LEAST
from tidegate.api import parse_spec
from tidegate.routers import GatewayClass, needs, why_unable

TRAEFIK = "traefik.io/gateway-controller"
MIRROR = {"name": "copies", "weight": 0, "mirror": {"percent": 10}}
AFFINITY = {"cookie": {"maxAge": "1h"}}


def features(steps: Any = None, **traffic: Any) -> list[str]:
    spec = {**LEAST, "traffic": {**LEAST["traffic"], **traffic}}
    return [need.feature for need in needs(parse_spec({**spec, "steps": steps} if steps else spec))]


def test_weights_and_matches_need_nothing_beyond_the_core() -> None:
    testers = {"name": "testers", "weight": 0, "match": [{"headers": [{"name": "X-Tester", "value": "yes"}]}]}

    assert features([testers]) == []


def test_copies_and_a_cookie_need_what_carries_them() -> None:
    every = {**MIRROR, "mirror": {"percent": 100}}

    assert features([MIRROR]) == ["HTTPRouteRequestMirror", "HTTPRouteRequestPercentageMirror"]
    assert features([every]) == ["HTTPRouteRequestMirror"]
    assert features(affinity=AFFINITY) == [
        "HTTPRouteResponseHeaderModification",
        "HTTPRouteBackendRequestHeaderModification",
    ]


@pytest.mark.parametrize(
    ("found", "served"),
    [
        (GatewayClass(name="a", controller="x", features=frozenset({"HTTPRouteRequestMirror"})), True),
        (GatewayClass(name="a", controller="x", features=frozenset({"HTTPRoute"})), False),
        (GatewayClass(name="a", controller="istio.io/gateway-controller"), True),
        (GatewayClass(name="a", controller="istio.io/gateway-controller", features=frozenset({"HTTPRoute"})), False),
        (GatewayClass(name="a", controller=TRAEFIK), False),
        (GatewayClass(name="a", controller="unknown"), False),
        (GatewayClass(name="a"), False),
    ],
    ids=[
        "reports it",
        "reports others",
        "is known",
        "report outranks what is known",
        "known without",
        "unknown",
        "gone",
    ],
)
def test_what_nobody_vouches_for_is_missing(found: GatewayClass, served: bool) -> None:
    need = next(need for need in needs(parse_spec({**LEAST, "steps": [MIRROR]})))

    assert (why_unable(need, found) == "") is served


def test_the_refusal_names_field_class_controller_and_feature() -> None:
    need = next(need for need in needs(parse_spec({**LEAST, "steps": [MIRROR]})))

    words = why_unable(need, GatewayClass(name="public", controller=TRAEFIK, features=frozenset({"HTTPRoute"})))

    for word in ("spec.steps[0].mirror (step copies)", "public", TRAEFIK, "HTTPRouteRequestMirror"):
        assert word in words
