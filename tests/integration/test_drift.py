"""What is Tidegate's whole is put back where a hand changed it: its Services, the managed route."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cluster.api import EVENTS, RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object
from tests.cluster.operator import Operator
from tests.integration.manifests import condition, message_has, phase_is, promoted_after, reason_is
from tests.integration.steps import change, deploy, eventually_told, weights
from tidegate.routers import Backends, ManagedRoute

PAUSED = [{"name": "some", "weight": 20, "pause": "UntilPromoted"}]
FOREIGN = {"spec": {"selector": {"app": "wbe"}}}
Edit = Callable[[Object], Any]


def spec_of(api: Api, kind: Any, namespace: str, name: str) -> Object:
    found: Object = api.get(kind, namespace, name)["spec"]
    return found


def put_back(api: Api, namespace: str, kind: Any, name: str, spec: Object) -> None:
    api.until(kind, namespace, name, lambda found: found["spec"] == spec)


def selects(revision: str) -> Any:
    return lambda found: found["spec"]["selector"].get("tidegate.dev/revision") == revision


def select_nobody(api: Api, namespace: str, name: str) -> None:
    api.merge(SERVICES, namespace, name, FOREIGN, manager="kubectl-patch")


@pytest.mark.parametrize("name", ["web", "web-stable", "web-candidate"])
def test_a_selector_that_a_hand_changed_at_rest_is_put_back_once_and_named(
    api: Api, namespace: str, operator: Operator, name: str
) -> None:
    deploy(api, namespace)
    before = spec_of(api, SERVICES, namespace, name)

    select_nobody(api, namespace, name)

    put_back(api, namespace, SERVICES, name, before)
    eventually_told(api, namespace, "PutBack", f"Service {name}: spec.selector")
    assert condition(api.get(RELEASES, namespace, "web"), "Ready") == "True"


def test_a_candidates_replica_set_that_a_hand_deletes_is_no_change_of_its_service(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=PAUSED)
    change(api, namespace, "2")
    second = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]

    before = api.get(REPLICA_SETS, namespace, f"web-{second}")["metadata"]["uid"]
    api.delete(REPLICA_SETS, namespace, f"web-{second}")

    api.until(REPLICA_SETS, namespace, f"web-{second}", lambda found: found["metadata"]["uid"] != before)
    api.until(SERVICES, namespace, "web-candidate", selects(second))
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    # Of what is told after it, this comes last.
    select_nobody(api, namespace, "web-stable")
    eventually_told(api, namespace, "PutBack", "Service web-stable: spec.selector")
    assert [found["note"] for found in api.all(EVENTS, namespace) if "web-candidate" in found["note"]] == []


def test_ports_that_a_hand_changed_are_put_back(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace)
    before = spec_of(api, SERVICES, namespace, "web-stable")

    ports = [{**before["ports"][0], "protocol": "UDP"}, {"name": "more", "port": 81}]
    api.merge(SERVICES, namespace, "web-stable", {"spec": {"ports": ports}})

    put_back(api, namespace, SERVICES, "web-stable", before)
    eventually_told(api, namespace, "PutBack", "Service web-stable: spec.ports")


def test_an_abort_finds_stables_service_as_it_should_be(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace, steps=PAUSED)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    before = spec_of(api, SERVICES, namespace, "web-stable")

    select_nobody(api, namespace, "web-stable")
    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    put_back(api, namespace, SERVICES, "web-stable", before)
    assert before["selector"]["tidegate.dev/revision"] == first
    assert weights(api, namespace) == [100, 0]


def test_a_rollout_whose_candidates_service_a_hand_changed_ends(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace, steps=PAUSED)
    change(api, namespace, "2")
    revision = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]

    select_nobody(api, namespace, "web-candidate")
    api.ask(namespace, "web", promote=f"{revision}/some/1")

    api.until(RELEASES, namespace, "web", promoted_after(first))


ROUTE_EDITS: dict[str, tuple[str, Edit]] = {
    "hostnames": ("spec.hostnames", lambda spec: spec.update(hostnames=["other.example"])),
    "no hostnames": ("spec.hostnames", lambda spec: spec.pop("hostnames")),
    "an absent Gateway": ("spec.parentRefs", lambda spec: spec["parentRefs"][0].update(name="absent")),
    "the port of a backend": (
        "spec.rules[0].backendRefs[0].port",
        lambda spec: spec["rules"][0]["backendRefs"][0].update(port=81),
    ),
    "matches": (
        "spec.rules[0].matches",
        lambda spec: spec["rules"][0]["matches"][0]["path"].update(value="/only"),
    ),
    "a filter": (
        "spec.rules[0].filters",
        lambda spec: spec["rules"][0].update(
            filters=[{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "x", "value": "y"}]}}]
        ),
    ),
    "another rule": ("spec.rules", lambda spec: spec["rules"].append({"backendRefs": [{"name": "web", "port": 80}]})),
}


@pytest.mark.parametrize(("field", "edit"), ROUTE_EDITS.values(), ids=ROUTE_EDITS)
def test_a_managed_route_that_a_hand_changed_is_put_back_and_the_field_named(
    api: Api, namespace: str, operator: Operator, field: str, edit: Edit
) -> None:
    deploy(api, namespace)
    before = spec_of(api, ROUTES, namespace, "web")

    def edited(found: Object) -> Object:
        edit(found["spec"])
        return found

    api.edit(ROUTES, namespace, "web", edited)

    put_back(api, namespace, ROUTES, "web", before)
    eventually_told(api, namespace, "PutBack", f"HTTPRoute web: {field}")


def test_hostnames_that_nobody_declares_any_more_leave_the_route(api: Api, namespace: str, operator: Operator) -> None:
    # Without a hostname it claims its paths of every host.
    rules = [{"matches": [{"path": {"type": "PathPrefix", "value": f"/{namespace}"}}]}]
    gateway = {
        "parentRefs": [{"name": "public", "namespace": "gateways"}],
        "hostnames": ["own.example"],
        "rules": rules,
    }
    deploy(api, namespace, traffic={"gateway": gateway, "settle": "0s", "drain": "0s"})

    api.merge(RELEASES, namespace, "web", {"spec": {"traffic": {"gateway": {"hostnames": None}}}})

    api.until(ROUTES, namespace, "web", lambda found: "hostnames" not in found["spec"])


def test_a_route_that_a_hand_changed_in_mid_rollout_keeps_its_live_weights(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=PAUSED)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    before = spec_of(api, ROUTES, namespace, "web")

    api.merge(ROUTES, namespace, "web", {"spec": {"hostnames": ["other.example"]}})

    put_back(api, namespace, ROUTES, "web", before)
    assert weights(api, namespace) == [80, 20]


def test_what_the_api_server_fills_in_is_nobodys_change(api: Api, namespace: str, operator: Operator) -> None:
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "copies", "port": 80}}}
    cors = {"type": "CORS", "cors": {"allowOrigins": ["https://shop.example"]}}
    rules = [
        {"name": "old", "matches": [{"path": {"value": "/old"}, "headers": [{"name": "x", "value": "y"}]}]},
        {"name": "asked", "matches": [{"queryParams": [{"name": "x", "value": "y"}]}], "filters": [mirror, cors]},
        {"name": "rest", "timeouts": {"request": "10s"}},
    ]
    parents = [{"name": "public", "namespace": "gateways"}]
    gateway = {"parentRefs": parents, "hostnames": ["filled.example"], "rules": rules}

    deploy(api, namespace, traffic={"gateway": gateway, "settle": "0s", "drain": "0s"})

    backends = Backends(stable="web-stable", candidate="web-candidate", port=80)
    router = ManagedRoute(name="web", gateway=gateway, backends=backends)
    assert router.split(api.get(ROUTES, namespace, "web")).drift == ""


def test_who_fights_over_a_service_is_named_and_not_followed_at_every_turn(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace)
    before = spec_of(api, SERVICES, namespace, "web-stable")
    for _ in range(2):
        select_nobody(api, namespace, "web-stable")
        put_back(api, namespace, SERVICES, "web-stable", before)

    select_nobody(api, namespace, "web-stable")
    found = api.until(RELEASES, namespace, "web", reason_is("Overwritten"))

    assert condition(found, "Ready") == "False"
    assert message_has("Service web-stable", "spec.selector")(found)
    assert spec_of(api, SERVICES, namespace, "web-stable") != before
