"""What a managed route claims is said as people say it, and equal claims are said alike."""

from itertools import product
from typing import Any

import pytest

from tidegate.routers import matches_served, places_served

PUBLIC = {"name": "public", "namespace": "gateways"}


def claims(*matches: dict[str, Any], parent: dict[str, Any] = PUBLIC, **gateway: Any) -> list[str]:
    rules = [{"matches": list(matches)}] if matches else []
    declared = {"parentRefs": [parent], "hostnames": ["web.example"], "rules": rules, **gateway}
    both = product(places_served(declared, "shop"), sorted(matches_served(declared)))
    return [f"{place}, {match}" for place, match in both]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (claims(), "Gateway gateways/public, host web.example, every request"),
        (claims(hostnames=[]), "Gateway gateways/public, every host, every request"),
        (claims(parent={"name": "own"}), "Gateway shop/own, host web.example, every request"),
        (
            claims(parent={**PUBLIC, "sectionName": "https"}),
            "Gateway gateways/public, section https, host web.example, every request",
        ),
        (
            claims(parent={"name": "web", "kind": "Service", "group": ""}),
            "Service shop/web, host web.example, every request",
        ),
        (claims({"path": {"value": "/a"}}), "Gateway gateways/public, host web.example, path prefix /a"),
        (
            claims({"path": {"type": "Exact", "value": "/a"}, "method": "GET"}),
            "Gateway gateways/public, host web.example, path /a and method GET",
        ),
        (
            claims({"path": {"type": "RegularExpression", "value": "/a.*"}}),
            "Gateway gateways/public, host web.example, paths like /a.*",
        ),
        (
            claims(
                {
                    "headers": [{"name": "x-beta", "value": "1"}],
                    "queryParams": [{"name": "q", "value": ".+", "type": "RegularExpression"}],
                }
            ),
            "Gateway gateways/public, host web.example, header x-beta = 1 and query parameter q like .+",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_claim_is_said_in_words(found: list[str], sentence: str) -> None:
    assert found == [sentence]


def test_what_is_left_out_claims_what_the_gateway_api_fills_in() -> None:
    assert claims() == claims({}) == claims({"path": {"type": "PathPrefix", "value": "/"}})


def test_each_parent_host_and_match_is_claimed_once() -> None:
    found = claims({"method": "GET"}, {"method": "POST"}, {"method": "GET"}, hostnames=["a.example", "b.example"])

    assert found == [
        f"Gateway gateways/public, host {host}.example, method {method}" for host in "ab" for method in ("GET", "POST")
    ]


def test_a_release_without_a_gateway_claims_nothing_there() -> None:
    assert list(places_served({}, "shop")) == []
