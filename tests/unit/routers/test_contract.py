"""What every router holds to: the same claims about each of them.

Pods and nodes are no routers: what all that splits traffic holds to once it is read is in
`tests/unit/reconcile/seen/test_contract.py`, for every case of these and for those two.
"""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tidegate.routers import AttachedRoute, Backends, CanaryIngress, Cookie, Exposure, Header, ManagedRoute, Router

BACKENDS = Backends(stable="web-stable", candidate="web-candidate", port=80)
GATEWAY: dict[str, Any] = {
    "parentRefs": [{"name": "public", "namespace": "gateways"}],
    "rules": [{"name": "a"}, {"name": "b"}],
}
MANAGED = ManagedRoute(name="web", gateway=GATEWAY, backends=BACKENDS)
FOREIGN = {"name": "other", "port": 80, "weight": 50}


def exposing(**what: Any) -> ManagedRoute:
    """The managed route of a step that shows the candidate beside its weight."""
    return replace(MANAGED, exposure=Exposure(**what))


TESTERS = ((Header(name="X-Tester", value="yes"),),)
MATCHING = exposing(matches=TESTERS)
COPYING = exposing(mirror=10)
STICKING = exposing(cookie=Cookie(name="tidegate-web", value="v2", seconds=60))


def generated(router: ManagedRoute = MANAGED, weight: int = 0) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "shop"}
    manifest = router.manifest(metadata, weight=weight, revision="v2", exposed=True)
    manifest["metadata"]["generation"] = 3
    return manifest


def users(kind: str, *extra: dict[str, Any], weights: tuple[int, int] = (100, 0)) -> dict[str, Any]:
    """A route of a user's: another rule first, the backends in the other order."""
    refs = [
        {"name": "web-candidate", "port": 80, "weight": weights[1]},
        *extra,
        {"name": "web-stable", "port": 80, "weight": weights[0]},
    ]
    return {
        "kind": kind,
        "metadata": {"name": "web", "generation": 3, "owner": "kustomize-controller"},
        "spec": {
            "parentRefs": GATEWAY["parentRefs"],
            "rules": [
                {"name": "assets", "backendRefs": [{"name": "assets", "port": 80}]},
                {"name": "main", "filters": [{"type": "RequestMirror"}], "backendRefs": refs},
            ],
        },
    }


def destination(host: str, weight: int | None = None) -> dict[str, Any]:
    """A backend of a VirtualService. Without a weight it gets none beside others."""
    ref: dict[str, Any] = {"destination": {"host": host, "port": {"number": 80}}}
    return ref if weight is None else {**ref, "weight": weight}


def virtual_service(
    field: str = "http", weights: tuple[int | None, int | None] = (100, None), hosts: str = "web-{role}"
) -> dict[str, Any]:
    """A VirtualService of a user's, with a rule of its own first."""
    refs = [
        destination(hosts.format(role="candidate"), weights[1]),
        destination(hosts.format(role="stable"), weights[0]),
    ]
    rules = [{"name": "assets", "route": [destination("assets")]}, {"name": "main", "timeout": "3s", "route": refs}]
    return {
        "kind": "VirtualService",
        "metadata": {"name": "web", "namespace": "shop", "generation": 3, "owner": "kustomize-controller"},
        "spec": {"hosts": ["shop.example"], field: rules},
    }


def traefik_service(*extra: dict[str, Any], weights: tuple[int, int] = (100, 0)) -> dict[str, Any]:
    """A TraefikService of a user's."""
    services = [
        {"name": "web-candidate", "port": 80, "weight": weights[1]},
        *extra,
        {"name": "web-stable", "kind": "Service", "port": 80, "weight": weights[0]},
    ]
    return {
        "kind": "TraefikService",
        "metadata": {"name": "web", "namespace": "shop", "generation": 3, "owner": "kustomize-controller"},
        "spec": {"weighted": {"sticky": {"cookie": {"name": "side"}}, "services": services}},
    }


def users_ingress() -> dict[str, Any]:
    """An Ingress of a user's: one path leads to the Release, one elsewhere."""

    def path(prefix: str, name: str) -> dict[str, Any]:
        return {
            "path": prefix,
            "pathType": "Prefix",
            "backend": {"service": {"name": name, "port": {"number": 80}}},
        }

    paths = [path("/assets", "assets"), path("/", "web-stable")]
    return {
        "metadata": {"name": "front", "namespace": "shop", "annotations": {"kubernetes.io/ingress.class": "nginx"}},
        "spec": {
            "tls": [{"hosts": ["shop.example"], "secretName": "shop-tls"}],
            "rules": [{"host": "shop.example", "http": {"paths": paths}}, {"host": "docs.example"}],
        },
    }


INGRESS = CanaryIngress(name="web-candidate", beside="front", users=users_ingress(), backends=BACKENDS)


def canary(weight: int = 0) -> dict[str, Any]:
    """The canary Ingress as it was written."""
    manifest = INGRESS.manifest({"name": "web-candidate", "namespace": "shop"}, weight=weight, revision="v1")
    manifest["metadata"] |= {"generation": 3, "resourceVersion": "7"}
    return manifest


def attached(kind: str, rule: str | None = "main") -> AttachedRoute:
    return AttachedRoute(kind=kind, name="web", release="web", rule=rule, backends=BACKENDS)


CASES: dict[str, tuple[Router, dict[str, Any]]] = {
    "managed": (MANAGED, generated()),
    "managed, with requests that match": (MATCHING, generated(MATCHING)),
    "managed, with a cookie": (STICKING, generated(STICKING, weight=5)),
    "attached HTTPRoute": (attached("HTTPRoute"), users("HTTPRoute")),
    "attached GRPCRoute": (attached("GRPCRoute"), users("GRPCRoute")),
    "attached without a rule's name": (attached("HTTPRoute", None), users("HTTPRoute")),
    "attached beside a foreign backend": (attached("HTTPRoute"), users("HTTPRoute", FOREIGN, weights=(200, 0))),
    "attached VirtualService": (attached("VirtualService"), virtual_service()),
    "attached VirtualService by whole hosts": (
        attached("VirtualService"),
        virtual_service(hosts="web-{role}.shop.svc.cluster.local"),
    ),
    "attached VirtualService without a rule's name": (attached("VirtualService", None), virtual_service()),
    "attached VirtualService for tcp": (attached("VirtualService", None), virtual_service("tcp")),
    "attached VirtualService for tls": (attached("VirtualService", None), virtual_service("tls")),
    "attached TraefikService": (attached("TraefikService", None), traefik_service()),
    "attached TraefikService beside a foreign backend": (
        attached("TraefikService", None),
        traefik_service(FOREIGN, weights=(200, 0)),
    ),
}
SPLITS = dict(CASES)
CASES["canary Ingress"] = (INGRESS, canary())
every_router = pytest.mark.parametrize(("router", "found"), CASES.values(), ids=CASES)
every_split = pytest.mark.parametrize(("router", "found"), SPLITS.values(), ids=SPLITS)

ATTACHED = {name: case for name, case in SPLITS.items() if isinstance(case[0], AttachedRoute)}
every_attached = pytest.mark.parametrize(("router", "found"), ATTACHED.values(), ids=ATTACHED)


def patched(target: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    """RFC 6902 in the few operations that are used."""
    result = copy.deepcopy(target)
    for operation in patch:
        *parents, last = [part.replace("~1", "/") for part in operation["path"].split("/")[1:]]
        node: Any = result
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node[part]
        if operation["op"] == "test":
            assert (node[int(last)] if isinstance(node, list) else node.get(last)) == operation["value"]
        elif operation["op"] == "remove":
            del node[int(last) if isinstance(node, list) else last]
        else:
            node[last] = operation["value"]
    return result


def backends_of(node: Any) -> Iterator[dict[str, Any]]:
    """Every backend in an object, wherever its kind keeps them."""
    if isinstance(node, dict) and ("destination" in node or "port" in node):
        yield node
        return

    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from backends_of(child)


def host_of(backend: dict[str, Any]) -> str:
    host: str = backend["destination"]["host"] if "destination" in backend else backend["name"]
    return host


def without_weights(found: dict[str, Any]) -> Any:
    spec = copy.deepcopy(found["spec"])
    for backend in backends_of(spec):
        if host_of(backend).startswith(("web-stable", "web-candidate")):
            backend.pop("weight", None)
    return spec


def reverse(node: Any) -> None:
    """Every list in an object the other way round."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        reverse(child)
    if isinstance(node, list):
        node.reverse()


@every_router
@pytest.mark.parametrize("weight", [0, 5, 50, 100])
def test_a_written_weight_reads_back(router: Router, found: dict[str, Any], weight: int) -> None:
    after = patched(found, router.weight_patch(found, weight=weight, revision="v2", raising=True))

    assert router.split(after).weight == weight
    assert router.split(after).written == ("v2", weight)


@every_router
def test_how_a_rollout_ended_reads_back_until_the_next_weight(router: Router, found: dict[str, Any]) -> None:
    ending = "ObjectiveBreached/2026-01-01T00:00:00+00:00/errors: 3/4 is over 1%"
    ended = patched(found, router.weight_patch(found, weight=0, revision="v2", raising=False, ending=ending))
    raised = patched(ended, router.weight_patch(ended, weight=5, revision="v2", raising=True))

    assert (router.split(ended).written, router.split(ended).ending) == (("v2", 0), ending)
    assert (router.split(raised).written, router.split(raised).ending) == (("v2", 5), "")


@every_attached
@pytest.mark.parametrize("left", [(), ("tidegate.dev/weight.web",)], ids=["all notes", "the note of what was found"])
def test_a_rollouts_own_weights_are_never_what_a_route_gets_back(
    router: AttachedRoute, found: dict[str, Any], left: tuple[str, ...]
) -> None:
    """A hand, or a tool that owns the annotations, took the notes off in mid-rollout."""
    half = patched(found, router.weight_patch(found, weight=50, revision="v2", raising=True))
    notes = half["metadata"]["annotations"]
    half["metadata"] |= {"ours": True, "annotations": {name: notes[name] for name in left}}
    later = patched(half, router.weight_patch(half, weight=60, revision="v2", raising=True))

    for bare in (half, later):
        assert router.split(patched(bare, router.restore_patch(bare))).weight == 0
        assert "web-stable gets all" in router.unknown_before(bare)
    ended = patched(later, router.weight_patch(later, weight=0, revision="v2", raising=False))
    assert "the note of its weights of before was lost" in router.unknown_before(ended)
    assert router.split(patched(ended, router.restore_patch(ended))).weight == 0


@every_router
def test_nothing_but_two_weights_of_a_rule_changes(router: Router, found: dict[str, Any]) -> None:
    after = patched(found, router.weight_patch(found, weight=25, revision="v2", raising=False))

    assert without_weights(after) == without_weights(found)


@every_router
def test_only_a_raise_fails_where_the_object_is_newer(router: Router, found: dict[str, Any]) -> None:
    raising = router.weight_patch(found, weight=5, revision="v2", raising=True)
    falling = router.weight_patch(found, weight=0, revision="v2", raising=False)
    newer = copy.deepcopy(found)
    newer["metadata"] |= {"generation": 4, "resourceVersion": "8"}

    with pytest.raises(AssertionError):
        patched(newer, raising)
    assert router.split(patched(newer, falling)).weight == 0


@every_router
def test_a_patch_fails_where_a_backend_is_another_now(router: Router, found: dict[str, Any]) -> None:
    patch = router.weight_patch(found, weight=5, revision="v2", raising=False)
    other = copy.deepcopy(found)
    for backend in backends_of(other["spec"]):
        backend.get("destination", backend).update({"name": "other", "host": "other"})

    with pytest.raises(AssertionError):
        patched(other, patch)


@every_split
def test_a_patch_fails_where_a_backend_moved(router: Router, found: dict[str, Any]) -> None:
    patch = router.weight_patch(found, weight=5, revision="v2", raising=False)
    moved = copy.deepcopy(found)
    reverse(moved["spec"])

    with pytest.raises((AssertionError, IndexError, KeyError)):
        patched(moved, patch)


@every_router
def test_a_patch_spares_its_input(router: Router, found: dict[str, Any]) -> None:
    before = copy.deepcopy(found)

    router.weight_patch(found, weight=5, revision="v2", raising=True)

    assert found == before


@every_split
def test_backends_that_are_gone_have_no_weight(router: Router, found: dict[str, Any]) -> None:
    foreign = copy.deepcopy(found)
    for backend in backends_of(foreign["spec"]):
        backend.get("destination", backend).update({"name": "other", "host": "other"})

    assert router.split(foreign).weight is None


@pytest.mark.parametrize("router", [MANAGED, INGRESS], ids=["HTTPRoute", "Ingress"])
def test_gitops_tools_leave_what_is_generated_alone(router: Any) -> None:
    """Read as Flux's and Argo CD's manuals name them: our weights are nobody's drift, and nobody's to prune."""
    made = router.manifest({"name": "web", "namespace": "shop"}, weight=20, revision="v2")
    annotations = made["metadata"]["annotations"]

    assert annotations["kustomize.toolkit.fluxcd.io/reconcile"] == "disabled"
    assert annotations["helm.toolkit.fluxcd.io/driftDetection"] == "disabled"
    assert annotations["argocd.argoproj.io/compare-options"] == "IgnoreExtraneous"
    assert annotations["argocd.argoproj.io/sync-options"] == "Prune=false"
