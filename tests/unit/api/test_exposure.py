"""A match, a mirror and an affinity that a route cannot hold are refused, with the field and the reason."""

from typing import Any

import pytest

from tests.unit.api.test_release import LEAST
from tidegate.api import InvalidSpec, parse_spec

TESTER = {"headers": [{"name": "X-Tester", "value": "yes"}]}
BETA = {"cookies": [{"name": "group", "value": "beta"}]}
PREFIX = {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}}


def regular(value: str) -> dict[str, Any]:
    return {"headers": [{"name": "X-Tester", "value": value, "type": "RegularExpression"}]}


def by_header(name: str, count: int = 1) -> dict[str, Any]:
    headers = [{"name": f"{name}{index or ''}", "value": "1"} for index in range(count)]
    return {"matches": [{"headers": headers}]}


def declared(*matches: dict[str, Any], traffic: dict[str, Any] | None = None, **gateway: Any) -> dict[str, Any]:
    steps = [{"name": "testers", "weight": 0, **({"match": list(matches)} if matches else {})}]
    managed = {"gateway": {**LEAST["traffic"]["gateway"], **gateway}}
    return {**LEAST, "steps": steps, "traffic": {**managed, **(traffic or {})}}


STICKY = {"affinity": {"cookie": {"maxAge": "1h"}}}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (declared(regular("[a")), "is no regular expression"),
        (declared(regular("a(?!b)")), "looks around itself"),
        (declared({}), "must have headers, cookies, or both"),
        (declared({**BETA, "headers": [{"name": "cookie", "value": "a"}]}), "each header may be named once"),
        (declared(TESTER, rules=[by_header("x-tester")]), "rules[0] matches by header x-tester already"),
        (declared(BETA, rules=[{}, by_header("Cookie")]), "rules[1] matches by header cookie already"),
        (declared(TESTER, rules=[by_header("v", 16)]), "more than 16 headers"),
        (declared(TESTER, BETA, rules=[{"filters": [PREFIX]}]), "replaces a path prefix"),
        (declared(TESTER, traffic=STICKY, rules=[{"filters": [PREFIX]}]), "replaces a path prefix"),
        (declared(traffic=STICKY, rules=[by_header("Cookie")]), "traffic.affinity"),
        ({**declared(TESTER), "traffic": {"route": {"name": "web"}}}, "need traffic.gateway"),
    ],
)
def test_what_a_route_cannot_hold_is_refused_in_words(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidSpec) as caught:
        parse_spec(spec)

    assert words in str(caught.value)


@pytest.mark.parametrize(
    "spec",
    [
        declared(TESTER, BETA),
        declared(regular("^(beta|alpha)$")),
        declared(TESTER, rules=[by_header("v", 15)]),
        declared(TESTER, rules=[{"filters": [PREFIX]}]),
        declared(TESTER, traffic=STICKY),
    ],
)
def test_what_a_route_can_hold_is_taken(spec: dict[str, Any]) -> None:
    assert parse_spec(spec).steps[0].match
