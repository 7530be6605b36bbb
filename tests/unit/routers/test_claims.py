"""Which rules of a user's route a Release writes: others of it may be another Release's."""

from typing import Any

from tidegate.routers import AttachedRoute, Backends

MAIN, SECOND = "/spec/rules/0/backendRefs", "/spec/rules/1/backendRefs"


def router(release: str, rule: str | None = None) -> AttachedRoute:
    backends = Backends(stable=f"{release}-stable", candidate=f"{release}-candidate", port=80)
    return AttachedRoute(kind="HTTPRoute", name="front", release=release, backends=backends, rule=rule)


def rule(*releases: str, **name: str) -> dict[str, Any]:
    refs = [{"name": f"{release}-{role}", "weight": 1} for release in releases for role in ("stable", "candidate")]
    return {**name, "backendRefs": refs}


def route(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"name": "front", "namespace": "shop"}, "spec": {"rules": list(rules)}}


def test_without_a_name_the_rules_that_hold_its_backends_are_its_own() -> None:
    found = route(rule("web"), rule("calls"))

    assert router("web").claims(found) == {MAIN}
    assert router("calls").claims(found) == {SECOND}


def test_a_rule_by_name_and_by_backend_is_one() -> None:
    found = route(rule("web", "calls", name="main"))

    assert router("web", "main").claims(found) & router("calls").claims(found) == {MAIN}


def test_a_rule_by_name_is_claimed_before_it_has_backends_and_before_the_route_is_there() -> None:
    assert router("web", "main").claims(route(rule("calls", name="main"))) == {"main", MAIN}
    assert router("web", "main").claims(None) == {"main"}
    assert router("web").claims(None) == frozenset()
