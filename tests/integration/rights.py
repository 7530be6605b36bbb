"""What people do to a cluster until its operator has used every right that the chart grants, on any kind of nodes."""

from collections.abc import Callable

from tests.cluster.api import (
    CLUSTER_METRIC_SOURCES,
    DAEMON_SETS,
    DEPLOYMENTS,
    DESTINATION_RULES,
    GRPC_ROUTES,
    INGRESSES,
    METRIC_SOURCES,
    RELEASES,
    REPLICA_SETS,
    ROUTES,
    TRAEFIK_SERVICES,
    VIRTUAL_SERVICES,
    Api,
    Object,
    Resource,
)
from tests.cluster.images import OPERATOR
from tests.integration.deployments import deployment, serving, taken_over
from tests.integration.hooks import job_hook
from tests.integration.manifests import QUICK_STEPS, phase_is, promoted_after, reason_is, template
from tests.integration.mesh_routes import SUBSETS, by_subsets, destination_rule, traefik_service
from tests.integration.restarts import older, restarted
from tests.integration.steps import change, deploy
from tests.integration.users_routes import FRONT, attached, deployed, redeclare, users_ingress, users_route

Right = tuple[str, str]
# What is granted for moments that no test can bring about at will.
SELDOM: dict[Right, str] = {
    ("get", "services"): "made by ourselves a moment ago, and not heard of yet",
    ("get", "jobs"): "the same",
    ("get", "ingresses"): "the same, or changed by another while it was written",
    ("update", "releases/finalizers"): "asked for by an admission plugin that only some clusters run",
}
NODE_RATIO = {"nodeRatio": {}, "settle": "0s", "drain": "0s"}
# Of an image that real nodes have, too.
ENDS_WELL = {"spec": {"containers": [{"name": "check", "image": OPERATOR, "command": ["python3", "-c", ""]}]}}
COMPARED = {"name": "errors", "errorRatio": {"max": "1%"}, "mode": "Advise"}


def rights_of(manifests: list[Object]) -> set[Right]:
    """Verb and resource of every rule of the roles."""
    rules = [rule for found in manifests if found["kind"] in {"Role", "ClusterRole"} for rule in found["rules"]]
    return {(verb, resource) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}


def take_over_and_hand_back(api: Api, namespace: str) -> None:
    """A Deployment behind a route of its team: in, one version, out."""
    serving(api, namespace, deployment(namespace))
    first = taken_over(api, namespace)
    api.merge(DEPLOYMENTS, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", promoted_after(first))
    api.delete(RELEASES, namespace, "web")
    api.gone(RELEASES, namespace, "web")


def send_by_grpc_and_delete(api: Api, namespace: str) -> None:
    """A user's GRPCRoute: one version, and its weights are put back."""
    api.apply(GRPC_ROUTES, users_route(namespace, "GRPCRoute"), manager="git")
    api.create(RELEASES, attached(namespace, traffic={"route": {"kind": "GRPCRoute", "name": "front", "rule": "main"}}))
    first = api.until(RELEASES, namespace, "web", phase_is("Promoted"))["status"]["stable"]["revision"]
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", promoted_after(first))
    api.delete(RELEASES, namespace, "web")
    api.gone(RELEASES, namespace, "web")


def compare_afresh_and_forget(api: Api, namespace: str) -> None:
    """A Release that is compared with new pods of its stable revision, and keeps no old one."""
    fresh = {"baseline": "Fresh", "dataPlane": "Application", "objectives": [COMPARED]}
    first = deploy(api, namespace, revisionHistoryLimit=0, **fresh)
    change(api, namespace, "2")
    api.gone(REPLICA_SETS, namespace, f"web-{first}")


def ask_by_a_job_and_restart(api: Api, namespace: str) -> None:
    """A hook that is a Job, and pods that are replaced because a person asked."""
    first = deploy(api, namespace, hooks=[job_hook(ENDS_WELL)], steps=QUICK_STEPS[:1])
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", promoted_after(first))
    older(api, namespace)
    api.ask(namespace, "web", restart="1")
    api.until(RELEASES, namespace, "web", restarted)


def release_one_a_node(api: Api, namespace: str) -> None:
    """DaemonSets come, change hands, and go; and one of a stranger has the name of the next."""
    first = deploy(api, namespace, traffic=NODE_RATIO, revisionHistoryLimit=0)
    change(api, namespace, "2")
    api.gone(DAEMON_SETS, namespace, f"web-{first}")
    api.create(DAEMON_SETS, strangers_daemon_set(namespace, f"web-{first}"))
    change(api, namespace, "1")
    api.until(RELEASES, namespace, "web", reason_is("NameTaken"))


def strangers_daemon_set(namespace: str, name: str) -> Object:
    """One without a label of ours, and for no node: only who asks for it by name hears of it."""
    pods = template("1")
    pods["spec"]["nodeSelector"] = {"no": "such-node"}
    metadata = {"name": name, "namespace": namespace}
    spec = {"selector": {"matchLabels": pods["metadata"]["labels"]}, "template": pods}
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata, "spec": spec}


def declare_another_router(api: Api, namespace: str) -> None:
    """The managed route goes when a route of the team's own is in its place."""
    deploy(api, namespace)
    api.apply(ROUTES, users_route(namespace))
    redeclare(api, namespace, traffic=FRONT)
    api.gone(ROUTES, namespace, "web")


def send_by(api: Api, namespace: str, *routes: tuple[Resource, Object], **traffic: Object) -> None:
    """Routes of a user's own, of one kind or another: one version, and all is as it was."""
    deployed(api, namespace, *routes, traffic=traffic)
    first = api.get(RELEASES, namespace, "web")["status"]["stable"]["revision"]
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", promoted_after(first))
    api.delete(RELEASES, namespace, "web")
    api.gone(RELEASES, namespace, "web")


def send_by_traefik(api: Api, namespace: str) -> None:
    """A TraefikService."""
    route = {"kind": "TraefikService", "name": "front"}
    send_by(api, namespace, (TRAEFIK_SERVICES, traefik_service(namespace)), route=route)


def send_by_ingress(api: Api, namespace: str) -> None:
    """An Ingress, and a canary beside it."""
    send_by(api, namespace, (INGRESSES, users_ingress(namespace)), ingress={"name": "front"})


def send_by_subsets(api: Api, namespace: str) -> None:
    """A VirtualService and its DestinationRule."""
    subsets = (DESTINATION_RULES, destination_rule(namespace))
    send_by(api, namespace, subsets, (VIRTUAL_SERVICES, by_subsets(namespace)), route=SUBSETS)


def check_a_source(api: Api, namespace: str, address: str) -> None:
    """A team's metric source is asked whether it answers."""
    api.create(METRIC_SOURCES, source("MetricSource", address, name="numbers", namespace=namespace))
    api.until(METRIC_SOURCES, namespace, "numbers", lambda found: "status" in found)


def declare_for_all(api: Api, name: str, address: str) -> None:
    """A metric source of the cluster's."""
    api.create(CLUSTER_METRIC_SOURCES, source("ClusterMetricSource", address, name=name))


def source(kind: str, address: str, **metadata: str) -> Object:
    """A Prometheus at an address."""
    declared = {"prometheus": {"address": address, "timeout": "1s"}}
    return {"apiVersion": "tidegate.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": declared}


Use = Callable[[Api, str], None]
# Each in a namespace of its own. Only Istio's is apart: the local cluster has its kinds, and nothing that serves them.
USES: tuple[Use, ...] = (
    take_over_and_hand_back,
    send_by_grpc_and_delete,
    compare_afresh_and_forget,
    ask_by_a_job_and_restart,
    release_one_a_node,
    send_by_traefik,
    send_by_ingress,
    declare_another_router,
)
