"""What a managed route serves, in words: two Releases with one place and one match would share its requests.

Places and matches are compared apart: a route may have hundreds of each, and what it claims is all pairs of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .split import Found

# A match without a path has this one, and a path without a type is a prefix (Gateway API, HTTPRouteMatch).
ANY_PATH: Mapping[str, str] = {"type": "PathPrefix", "value": "/"}
PATHS = {"PathPrefix": "path prefix", "Exact": "path", "RegularExpression": "paths like"}
EVERY = "every request"
# What a parentRef is where it does not say so (Gateway API, ParentReference).
GATEWAY, GATEWAY_GROUP = "Gateway", "gateway.networking.k8s.io"


def places_served(gateway: Mapping[str, Any], namespace: str) -> Iterator[str]:
    """Each parent and hostname of a managed route."""
    for parent in gateway.get("parentRefs") or ():
        for hostname in gateway.get("hostnames") or ("",):
            yield f"{place(parent, namespace)}, {f'host {hostname}' if hostname else 'every host'}"


def matches_served(gateway: Mapping[str, Any]) -> frozenset[str]:
    """Which requests it takes at each of its places."""
    return frozenset(map(in_words, matches_of(gateway)))


def matches_of(gateway: Mapping[str, Any]) -> Iterator[Found]:
    """Those of every rule; a rule without any has the one that all requests fit."""
    rules: Sequence[Found] = gateway.get("rules") or ({},)
    for rule in rules:
        yield from filter(readable, rule.get("matches") or ({},))


def readable(match: object) -> bool:
    """False for one that an older API server took in another shape: that is told of as invalid, and claims nothing."""
    if not isinstance(match, Mapping) or not isinstance(match.get("path") or {}, Mapping):
        return False

    lists = [match.get(name) or () for name in ("headers", "queryParams")]
    return all(isinstance(found, Sequence) and all(isinstance(each, Mapping) for each in found) for found in lists)


def place(parent: Found, namespace: str) -> str:
    """A parent as people name it, with its group where it is not the one that its kind has, and section and port."""
    section = f", section {parent['sectionName']}" if parent.get("sectionName") else ""
    port = f", port {parent['port']}" if parent.get("port") else ""
    kind, group = parent.get("kind") or GATEWAY, parent.get("group", GATEWAY_GROUP)
    known = group == ("" if kind == "Service" else GATEWAY_GROUP)
    named = kind if known else f"{kind}.{group}"
    return f"{named} {parent.get('namespace') or namespace}/{parent['name']}{section}{port}"


def in_words(match: Found) -> str:
    """Which requests a match is about."""
    path = {**ANY_PATH, **(match.get("path") or {})}
    kind = str(path["type"])
    said = [] if path == ANY_PATH else [f"{PATHS.get(kind, kind)} {path['value']}"]
    said += [f"method {match['method']}"] if match.get("method") else []
    said += sorted(f"header {compared(each)}" for each in match.get("headers") or ())
    said += sorted(f"query parameter {compared(each)}" for each in match.get("queryParams") or ())
    return " and ".join(said) or EVERY


def compared(condition: Found) -> str:
    """A name and what its value must be."""
    like = "like" if condition.get("type") == "RegularExpression" else "="
    return f"{condition.get('name')} {like} {condition.get('value')}"
