"""What match, mirror and affinity ask of a Release's route. CEL sees the sizes; what is in a rule, only we do."""

from collections.abc import Iterator, Mapping
from typing import Any

from .exposure import Match, Mirror
from .traffic import Gateway, RouteRule, Traffic

Exposed = Mapping[str, tuple[tuple[Match, ...], Mirror | None]]

HEADERS_OF_A_MATCH = 16


def exposed_by_our_own_route(traffic: Traffic, steps: Exposed) -> None:
    """Raise ValueError where the route cannot hold what the steps declare."""
    exposed = [name for name, (matches, mirror) in steps.items() if matches or mirror]
    if traffic.gateway is None:
        if exposed:
            message = f"steps: match and mirror of step {exposed[0]} need traffic.gateway"
            raise ValueError(message)

        return

    for name, (matches, _) in steps.items():
        entries = [set(match.header_names()) for match in matches]
        _fits(traffic.gateway, f"steps: match of step {name}", entries)

    if traffic.affinity:
        matching = max((len(matches) for matches, _ in steps.values()), default=0)
        _fits(traffic.gateway, "traffic.affinity", [{"cookie"}, *({"cookie"} for _ in range(matching))])


def _fits(gateway: Gateway, field: str, entries: list[set[str]]) -> None:
    """Each entry stands beside each match of a rule: a header can be looked at only once there."""
    for index, rule in enumerate(gateway.rules):
        where = f"traffic.gateway.rules[{index}]"
        if len(entries) > 1 and _replaces_a_prefix(rule):
            message = f"{field}: {where} replaces a path prefix, so that it takes one match, not {len(entries)}"
            raise ValueError(message)

        for names, headers in ((names, headers) for headers in _headers(rule) for names in entries):
            if both := sorted(names & headers):
                message = f"{field}: {where} matches by header {both[0]} already; a route looks at a header once"
                raise ValueError(message)

            if len(names) + len(headers) > HEADERS_OF_A_MATCH:
                message = f"{field}: with {where} it makes more than {HEADERS_OF_A_MATCH} headers in one match"
                raise ValueError(message)


def _headers(rule: RouteRule) -> Iterator[set[str]]:
    """The headers that each match of a rule looks at, in lower case."""
    for match in rule.matches or ():
        yield {header.name.lower() for header in match.headers or ()}


def _replaces_a_prefix(rule: RouteRule) -> bool:
    return any(_prefix(declared) for declared in rule.filters or ())


def _prefix(declared: Mapping[str, Any]) -> bool:
    path = (declared.get("urlRewrite") or {}).get("path") or {}
    return path.get("type") == "ReplacePrefixMatch"
