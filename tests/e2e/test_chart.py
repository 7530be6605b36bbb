"""The chart on a cluster with real pods: the operator in its own image, by its own roles, under its own policy."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from tests.bench.audit import Audit, refused
from tests.cluster import local
from tests.cluster.api import CLUSTER_METRIC_SOURCES, DEPLOYMENTS, LEASES, PODS, RELEASES, Api, Object, Resource
from tests.cluster.binaries import helm
from tests.cluster.cache import run
from tests.cluster.control_plane import ControlPlane
from tests.cluster.images import operator_image
from tests.cluster.manifest import CHART, MANIFEST, NAMESPACE
from tests.cluster.progress import Missing
from tests.cluster.real_node import RealNode
from tests.demo.shop import VERSIONS, release
from tests.integration.manifests import phase_is, promoted_after
from tests.integration.rights import SELDOM, USES, Use, check_a_source, declare_for_all, rights_of

ACCOUNT = f"system:serviceaccount:{NAMESPACE}:tidegate"
CLUSTER_ROLES = Resource("rbac.authorization.k8s.io/v1", "clusterroles", namespaced=False)
ROLES = Resource("rbac.authorization.k8s.io/v1", "roles")
LABELS = {"pod-security.kubernetes.io/enforce": "restricted"}
# Istio's kinds are here, but nothing that serves them.
SWITCHES = ("--set", "providers.istio=false")
# On two cores more at once take no less time.
AT_ONCE = 4


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """A cluster with the chart installed."""
    archive = operator_image()
    try:
        local.up(local.Nodes.REAL, audit=True)
        found = local.plane_found(local.FOLDER)
        RealNode(found).load(archive)
        found.kubectl("create", "namespace", NAMESPACE)
        found.kubectl("label", "namespace", NAMESPACE, *(f"{name}={value}" for name, value in LABELS.items()))
        # The local cluster has the CRDs already, applied by themselves: the chart takes them over.
        by_helm(found, "install", "--take-ownership")
        found.kubectl("create", "namespace", "shop")
        yield found
    finally:
        local.down()


def by_helm(plane: ControlPlane, command: str, *settings: str) -> None:
    """Install or upgrade the chart, for what serves here, and wait for its pods."""
    words: list[str | Path] = [helm(), "--kubeconfig", plane.kubeconfig("admin"), command, "tidegate", CHART]
    run([*words, "--namespace", NAMESPACE, "--wait", "--timeout", "120s", *SWITCHES, *settings])


@pytest.fixture
def api(plane: ControlPlane) -> Api:
    return Api(plane.kubeconfig("admin"))


def shop(version: int) -> Object:
    """The demo's shop, with short steps."""
    manifest = release(VERSIONS[version], "chart")
    manifest["spec"] |= {
        "steps": [{"name": "half", "weight": 50, "dwell": "2s"}],
        "objectives": [],
        "promotion": {"watch": "1s"},
    }
    return manifest


def test_the_operator_in_its_image_carries_a_rollout(plane: ControlPlane, api: Api) -> None:
    deployment = api.get(DEPLOYMENTS, NAMESPACE, "tidegate")
    assert deployment["status"]["availableReplicas"] == 2

    api.apply(RELEASES, shop(0))
    first = api.until(RELEASES, "shop", "shop", phase_is("Promoted"), 60)
    api.apply(RELEASES, shop(1))
    second = api.until(RELEASES, "shop", "shop", phase_is("Promoted"), 60)
    assert first["status"]["stable"]["revision"] != second["status"]["stable"]["revision"]


def test_an_upgrade_of_the_chart_lets_a_rollout_go_on_and_restarts_none_of_its_pods(
    plane: ControlPlane, api: Api
) -> None:
    if api.find(RELEASES, "shop", "shop") is None:
        api.apply(RELEASES, shop(0))
        api.until(RELEASES, "shop", "shop", phase_is("Promoted"), 60)

    # One that never served: what did a moment ago would need no steps.
    manifest = shop(0)
    manifest["spec"]["template"]["spec"]["containers"][0]["env"].append({"name": "NOTE", "value": "new"})
    manifest["spec"]["steps"] = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    api.apply(RELEASES, manifest)
    paused = api.until(RELEASES, "shop", "shop", phase_is("Paused"), 60)["status"]
    before, operators = pods(api, "shop"), pods(api, NAMESPACE)
    candidate = paused["candidate"]["revision"]
    by_helm(plane, "upgrade", "--set", "logLevel=DEBUG")

    assert len(pods(api, NAMESPACE) - operators) == 2
    assert pods(api, "shop") == before
    api.ask("shop", "shop", promote=f"{candidate}/half/1")
    promoted = api.until(RELEASES, "shop", "shop", promoted_after(paused["stable"]["revision"]), 90)["status"]
    assert promoted["stable"]["revision"] == candidate
    assert {pod for pod in before if pod[2] == candidate} <= pods(api, "shop")


def pods(api: Api, namespace: str) -> set[tuple[str, int, str]]:
    """Each pod's uid, how often its containers restarted, and its revision."""
    return {
        (
            found["metadata"]["uid"],
            sum(container["restartCount"] for container in found["status"]["containerStatuses"]),
            found["metadata"]["labels"].get("tidegate.dev/revision", ""),
        )
        for found in api.all(PODS, namespace)
    }


def test_what_it_asked_for_is_what_it_may(plane: ControlPlane, api: Api) -> None:
    use_every_right(plane, api)

    granted = rights_of([api.get(CLUSTER_ROLES, None, "tidegate"), api.get(ROLES, NAMESPACE, "tidegate-lease")])
    asked = {pair for pair in Audit(plane.folder / "audit.log").read(ACCOUNT).counts if not pair[1].startswith("/")}
    assert asked - granted == set()
    assert granted - asked <= SELDOM.keys()
    assert not refused(plane.folder / "audit.log", ACCOUNT)


def use_every_right(plane: ControlPlane, api: Api) -> None:
    """Do in namespaces of their own, a few at once, all that needs one."""

    def do(use: Use) -> None:
        own = Api(plane.kubeconfig("admin"))
        use(own, own.namespace(use.__name__.replace("_", "-")))

    with ThreadPoolExecutor(AT_ONCE) as several:
        list(several.map(do, USES))

    address = api.get(CLUSTER_METRIC_SOURCES, None, "default")["spec"]["prometheus"]["address"]
    declare_for_all(api, "numbers", address)
    check_a_source(api, "shop", address)
    api.until(CLUSTER_METRIC_SOURCES, None, "numbers", lambda found: "status" in found)


def test_the_other_replica_goes_on_when_the_leader_is_killed(plane: ControlPlane, api: Api) -> None:
    if api.find(RELEASES, "shop", "shop") is None:
        api.apply(RELEASES, shop(0))
        api.until(RELEASES, "shop", "shop", phase_is("Promoted"), 60)

    before = leader(api)
    version = api.get(RELEASES, "shop", "shop")["status"]["stable"]["revision"]
    plane.kubectl("delete", "pod", before, "-n", NAMESPACE, "--grace-period=0", "--force")
    api.apply(RELEASES, different(api))

    found = api.until(RELEASES, "shop", "shop", promoted_after(version), 90)
    assert found["status"]["history"][0]["outcome"] == "Promoted"
    assert leader(api) != before


def different(api: Api) -> Object:
    """The shop in another version than it has."""
    deployed = settings(api.get(RELEASES, "shop", "shop"))
    return next(found for found in (shop(0), shop(1)) if settings(found) != deployed)


def settings(found: Object) -> Object:
    """What tells a version of the shop from another."""
    container: Object = found["spec"]["template"]["spec"]["containers"][0]
    return {pair["name"]: pair["value"] for pair in container["env"]}


def leader(api: Api) -> str:
    """The pod that holds the Lease: its identity is the pod's name and the process."""
    holder: str = api.get(LEASES, NAMESPACE, "tidegate")["spec"]["holderIdentity"]
    return holder.rpartition("_")[0]


def grant(plane: ControlPlane, user: str, *verbs: str) -> None:
    """Let a user patch Releases of the shop, and these verbs."""
    metadata = {"name": f"people-{user}", "namespace": "shop"}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]}
    rule = {"apiGroups": ["tidegate.dev"], "resources": ["releases"], "verbs": ["get", "patch", *verbs]}
    api_version = "rbac.authorization.k8s.io/v1"
    subject = {"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"}
    role = {"apiVersion": api_version, "kind": "Role", "metadata": metadata, "rules": [rule]}
    binding = {
        "apiVersion": api_version,
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": reference,
        "subjects": [subject],
    }
    plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all([role, binding]))


def test_an_ask_needs_the_verb_of_its_name(plane: ControlPlane, api: Api) -> None:
    if api.find(RELEASES, "shop", "shop") is None:
        api.apply(RELEASES, shop(0))

    grant(plane, "ana", "abort")
    annotate = ("--as", "ana", "-n", "shop", "annotate", "releases/shop", "--overwrite")
    plane.kubectl(*annotate, "tidegate.dev/abort=1")
    plane.kubectl(*annotate, "note=anything")
    with pytest.raises(Missing) as refused:
        plane.kubectl(*annotate, "tidegate.dev/promote-full=1")

    assert "the verb promote-full on releases is needed" in str(refused.value)


def test_an_uninstall_keeps_every_release_and_kubectl_brings_the_operator_back(plane: ControlPlane, api: Api) -> None:
    if api.find(RELEASES, "shop", "shop") is None:
        api.apply(RELEASES, shop(0))
        api.until(RELEASES, "shop", "shop", phase_is("Promoted"), 60)

    before = api.get(RELEASES, "shop", "shop")["status"]["stable"]["revision"]
    run([helm(), "--kubeconfig", plane.kubeconfig("admin"), "uninstall", "tidegate", "-n", NAMESPACE, "--wait"])
    assert api.find(DEPLOYMENTS, NAMESPACE, "tidegate") is None
    assert len(api.all(PODS, "shop", "tidegate.dev/release=shop")) >= 4

    plane.kubectl("apply", "--server-side", "-f", MANIFEST)
    plane.kubectl("rollout", "status", "deployment/tidegate", "-n", NAMESPACE, "--timeout=90s")

    api.apply(RELEASES, different(api))
    api.until(RELEASES, "shop", "shop", promoted_after(before), 90)
