"""Every way to install: what is rendered is taken by a real API server, and grants what the operator needs, no more."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import yaml

from tests.bench.audit import Audit, refused
from tests.cluster.api import (
    CLUSTER_METRIC_SOURCES,
    DESTINATION_RULES,
    INGRESSES,
    RELEASES,
    REPLICA_SETS,
    ROUTES,
    SERVICES,
    TRAEFIK_SERVICES,
    VIRTUAL_SERVICES,
    Api,
    Object,
    Resource,
)
from tests.cluster.control_plane import ControlPlane, control_plane, kubeconfig
from tests.cluster.local import ROOT
from tests.cluster.manifest import HEAD, MANIFEST, manifest, rendered
from tests.cluster.metric_source import MetricServer
from tests.cluster.operator import Operator
from tests.cluster.progress import Missing
from tests.integration.conftest import Setup
from tests.integration.manifests import phase_is, reason_is, release
from tests.integration.mesh_routes import SUBSETS, by_subsets, destination_rule, traefik_service
from tests.integration.rights import SELDOM, USES, check_a_source, declare_for_all, rights_of, send_by_subsets
from tests.integration.steps import change, deploy
from tests.integration.users_routes import attached, users_ingress
from tidegate.cli.grafana import PANELS

ROLES = {"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"}


@pytest.fixture(scope="module")
def empty() -> Iterator[ControlPlane]:
    """A cluster with nothing in it, and no nodes."""
    with control_plane() as plane:
        yield plane


def deployment_of(manifests: list[Object]) -> Object:
    return next(found for found in manifests if found["kind"] == "Deployment")


def documents(*settings: str) -> list[Object]:
    return [found for found in yaml.safe_load_all(rendered(*settings)) if found]


def kinds(*settings: str) -> set[str]:
    return {found["kind"] for found in documents(*settings)}


def test_the_manifest_for_kubectl_is_current() -> None:
    assert MANIFEST.read_text() == manifest(), "run `make manifest`"


def test_the_crds_can_be_applied_by_themselves(empty: ControlPlane) -> None:
    crds = sorted((ROOT / "crds").glob("*.yaml"))

    empty.kubectl("apply", "--server-side", "-f", ROOT / "crds")

    empty.kubectl("wait", "--for=condition=Established", "--timeout=60s", *(f"-f={path}" for path in crds))


def test_the_manifest_is_applied_by_kubectl_and_again(empty: ControlPlane) -> None:
    for _ in range(2):
        empty.kubectl("apply", "--server-side", "--validate=strict", "--force-conflicts", "-f", MANIFEST)

    found = json.loads(empty.kubectl("get", "deployment", "tidegate", "-n", "tidegate", "-o", "json"))
    assert found["spec"]["replicas"] == 2


def test_a_release_that_has_something_to_hand_back_is_not_deleted_in_the_foreground(empty: ControlPlane) -> None:
    empty.kubectl("apply", "--server-side", "--force-conflicts", "-f", MANIFEST)
    manifest = release("default")
    manifest["metadata"]["finalizers"] = ["tidegate.dev/hand-back"]
    empty.kubectl("create", "-f", "-", stdin=yaml.safe_dump(manifest))
    asked = ("delete", "releases/web", "--dry-run=server")

    words = refusal(empty, *asked, "--cascade=foreground")

    assert "Release web: delete it in the background" in words
    assert "PrunePropagationPolicy=background" in words
    empty.kubectl(*asked, "--cascade=background")
    empty.kubectl("patch", "releases/web", "--type=merge", "-p", '{"metadata": {"finalizers": null}}')
    empty.kubectl("delete", "releases/web", "--cascade=foreground")


def refusal(plane: ControlPlane, *command: str) -> str:
    """The words by which a command is refused; a policy acts half a minute after it is there, or later."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            plane.kubectl(*command)
        except Missing as error:
            return str(error)

    message = f"kubectl {' '.join(command)} is not refused"
    raise AssertionError(message)


def test_the_operators_pod_is_admitted_where_pods_are_restricted(empty: ControlPlane) -> None:
    empty.kubectl("apply", "--server-side", "--force-conflicts", "-f", MANIFEST)
    assert "enforce: restricted" in HEAD
    spec = deployment_of(list(yaml.safe_load_all(MANIFEST.read_text())))["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe", "namespace": "tidegate"}, **spec}
    pod["metadata"] = {"name": "probe", "namespace": "tidegate"}
    create = ("create", "--dry-run=server", "-f", "-")

    empty.kubectl(*create, stdin=yaml.safe_dump(pod))

    # The admission is awake: what is a little laxer is refused.
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    with pytest.raises(Missing) as denied:
        empty.kubectl(*create, stdin=yaml.safe_dump(pod))

    assert "violates PodSecurity" in str(denied.value)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("watchNamespaces={Shop}", "/watchNamespaces/0"),
        ("watchNamespaces={a,a}", "/watchNamespaces"),
        ("providers.gatewayApi=maybe", "/providers/gatewayApi"),
        ("providers.nginx=true", "'nginx' not allowed"),
        ("grafanaDashboard.label=x", "'label' not allowed"),
        ("serviceMonitor.interval=1s1h", "/serviceMonitor/interval"),
        ("aggregatedRoles.enabled=1", "/aggregatedRoles/enabled"),
        ("replica=3", "'replica' not allowed"),
        ("replicas=100000000000", "/replicas"),
        ("nodeSelector.a=true", "/nodeSelector/a"),
        ("tolerations[0]=1", "/tolerations/0"),
        ("tolerations[0].effect=NoSchedul", "/tolerations/0/effect"),
        ("affinity.nodeAffinity.x=1", "'x' not allowed"),
        ("affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].x=1", "topologyKey"),
        ("resources.limits.memory=lots", "/resources/limits/memory"),
        ("resources.limit.memory=1Gi", "'limit' not allowed"),
        ("imagePullSecrets[0].name=1", "/imagePullSecrets/0/name"),
        ("grafanaDashboard.labels.x=true", "/grafanaDashboard/labels/x"),
        ("image.repository=UPPER/x", "/image/repository"),
        ("image.repository=a/b:c", "/image/repository"),
        ("image.tag=a:b", "/image/tag"),
        ("image=null", "missing property 'image'"),
        ("providers=null", "missing property 'providers'"),
        ("podDisruptionBudget=null", "missing property 'podDisruptionBudget'"),
        ("priorityClassName=High_one", "/priorityClassName"),
        ("podAnnotations.a=true", "/podAnnotations/a"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_by_name(setting: str, sentence: str) -> None:
    with pytest.raises(Missing) as wrong:
        rendered(setting)

    assert sentence in str(wrong.value)


@pytest.mark.parametrize(
    "setting",
    [
        "image.repository=localhost/a/b__c",
        "image.repository=registry:5000/a.b/c-d",
        "image.repository=Registry.example:443/tidegate",
        f"image.tag=v1.0-rc_1@sha256:{64 * 'a'}",
        "enabled=true",
        "priorityClassName=system-cluster-critical",
        "podLabels=null",
        "podAnnotations=null",
        "podLabels.team=platform",
        "podAnnotations.example\\.com/note=any words: at all",
        "nodeSelector.node\\.kubernetes\\.io/pool=Big_one.1",
        "tolerations[0].operator=Exists",
        "resources.limits.cpu=2",
        "resources.limits.cpu=1.5",
        "resources.limits.memory=1e9",
        "resources.requests.ephemeral-storage=512Mi",
        (
            "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"
            ".matchExpressions[0].key=arch,affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
            ".nodeSelectorTerms[0].matchExpressions[0].operator=Exists"
        ),
    ],
)
def test_values_that_can_be_meant_pass(setting: str) -> None:
    assert rendered(setting)


def test_the_charts_crds_are_the_generated_ones_and_are_kept() -> None:
    found = {item["metadata"]["name"]: item for item in documents() if item["kind"] == "CustomResourceDefinition"}
    for path in sorted((ROOT / "crds").glob("*.yaml")):
        crd = yaml.safe_load(path.read_text())
        charts = found.pop(crd["metadata"]["name"])
        assert charts["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
        assert charts == crd

    assert not found


def test_everything_optional_is_a_manifest() -> None:
    optional = {"serviceMonitor": "ServiceMonitor", "prometheusRule": "PrometheusRule", "grafanaDashboard": "ConfigMap"}

    plain = kinds("affinity.nodeAffinity=null")
    every = kinds("affinity.nodeAffinity=null", *(f"{value}.enabled=true" for value in optional))

    assert {"PodDisruptionBudget", "Deployment"} <= plain
    assert every - plain == set(optional.values())


def test_a_drain_of_nodes_leaves_one_of_several_replicas_and_waits_for_none_that_is_not_ready() -> None:
    budgets = {found["spec"]["maxUnavailable"]: found["spec"] for found in of_kind("PodDisruptionBudget")}
    labels = deployment_of(documents())["spec"]["template"]["metadata"]["labels"]

    assert budgets[1]["selector"]["matchLabels"].items() <= labels.items()
    assert budgets[1]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    assert not of_kind("PodDisruptionBudget", "replicas=1")


def of_kind(kind: str, *settings: str) -> list[Object]:
    return [found for found in documents(*settings) if found["kind"] == kind]


def test_labels_and_annotations_of_a_team_come_to_the_pods_and_take_none_of_ours_away() -> None:
    ours = ("podLabels.app\\.kubernetes\\.io/name=other", "podAnnotations.prometheus\\.io/port=other")
    pod = deployment_of(documents("podLabels.team=platform", "podAnnotations.note=mine", *ours))["spec"]["template"]

    assert pod["metadata"]["labels"] == {
        "app.kubernetes.io/name": "tidegate",
        "app.kubernetes.io/instance": "tidegate",
        "team": "platform",
    }
    assert pod["metadata"]["annotations"] == {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "other",
        "note": "mine",
    }


def test_pods_have_the_priority_that_is_named() -> None:
    pod = deployment_of(documents("priorityClassName=high"))["spec"]["template"]["spec"]

    assert pod["priorityClassName"] == "high"
    assert "priorityClassName" not in deployment_of(documents())["spec"]["template"]["spec"]


def test_rights_over_configuration_come_with_their_switch() -> None:
    def rights(*settings: str) -> set[str]:
        named = {(found["kind"], found["metadata"]["name"]): found for found in documents(*settings)}
        role = named["ClusterRole", "tidegate"]
        rules = [rule for rule in role["rules"] if {"secrets", "configmaps"} & set(rule["resources"])]
        return {f"{verb} {resource}" for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}

    without, granted = rights(), rights("trackConfig.enabled=true")

    assert without == {"list secrets", "watch secrets"}
    verbs = ("get", "list", "watch", "create", "patch", "delete")
    assert granted - without == {f"{verb} {kind}" for verb in verbs for kind in ("configmaps", "secrets")} - without


def test_secrets_are_listed_in_the_watched_namespaces_alone() -> None:
    granted = [
        (found["kind"], found["metadata"].get("namespace"), rule["verbs"])
        for found in documents("watchNamespaces={shop,bank}")
        for rule in found.get("rules") or ()
        if "secrets" in rule["resources"]
    ]

    assert granted == [("Role", "shop", ["list", "watch"]), ("Role", "bank", ["list", "watch"])]


def test_every_value_is_in_the_schema() -> None:
    def named(schema: Object, values: Object, where: str = "") -> list[str]:
        properties = schema.get("properties")
        if properties is None:
            return []

        unknown = [where + name for name in values if name not in properties]
        inner = [name for name in values if isinstance(values[name], dict) and name in properties]
        return unknown + [found for name in inner for found in named(properties[name], values[name], f"{name}.")]

    chart = ROOT / "charts" / "tidegate"
    values = yaml.safe_load((chart / "values.yaml").read_text())

    assert named(json.loads((chart / "values.schema.json").read_text()), values) == []


def test_the_dashboard_is_found_by_grafanas_label() -> None:
    found = next(item for item in documents("grafanaDashboard.enabled=true") if item["kind"] == "ConfigMap")

    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert len(json.loads(found["data"]["tidegate.json"])["panels"]) == len(PANELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An operator with the rights and the arguments that the chart gives it, in a namespace of its own."""

    setup: Setup
    home: str
    manifests: list[Object] = field(repr=False)

    @property
    def account(self) -> str:
        """Who the operator is."""
        return f"system:serviceaccount:{self.home}:tidegate"

    def operator(self) -> Operator:
        """The process."""
        plane = self.setup.plane
        token = plane.kubectl("create", "token", "tidegate", "-n", self.home, "--duration=1h").strip()
        path = self.setup.folder / f"kubeconfig-{self.home}"
        path.write_text(yaml.safe_dump(kubeconfig(plane.server, plane.authority, token)))
        arguments = deployment_of(self.manifests)["spec"]["template"]["spec"]["containers"][0]["args"]
        flags = (f"--namespace={self.home}", *(word for word in arguments if not word.startswith("--http")))
        return Operator(folder=self.setup.folder / self.home, kubeconfig=path, name=self.home, flags=flags)

    def asked(self) -> set[tuple[str, str]]:
        """Verb and resource of every request in the audit log; what everyone may, such as discovery, apart.

        An example in the cluster tracks configuration, a right that is off by default: it is asked for in vain.
        """
        counts = Audit(self.setup.plane.folder / "audit.log").read(self.account).counts
        return {pair for pair in counts if not pair[1].startswith("/")} - TRACKING

    def granted(self) -> set[tuple[str, str]]:
        """Verb and resource of every rule."""
        return rights_of(self.manifests)

    def refused(self) -> list[str]:
        """What it asked in vain. An example in the cluster tracks configuration, a right that is off by default."""
        found = refused(self.setup.plane.folder / "audit.log", self.account)
        return [call for call in found if "/configmaps" not in call and "/secrets/" not in call]

    def may(self, verb: str, resource: str, *where: str) -> bool:
        """What RBAC says."""
        try:
            self.setup.plane.kubectl("auth", "can-i", verb, resource, "--as", self.account, *where)
        except Missing:
            return False

        return True


def install(setup: Setup, home: str, *settings: str) -> Installed:
    """The roles of the chart with these values; the process is the test's to start."""
    setup.api.namespace(home)
    found = documents("crds.install=false", "admissionPolicy.enabled=false", "aggregatedRoles.enabled=false", *settings)
    text = yaml.safe_dump_all([item for item in found if item["kind"] in ROLES])
    setup.plane.kubectl("apply", "-f", "-", stdin=text.replace("namespace: tidegate\n", f"namespace: {home}\n"))
    return Installed(setup=setup, home=home, manifests=found)


TRACKING = {("list", "configmaps"), ("watch", "configmaps"), ("get", "configmaps"), ("get", "secrets")}


def test_what_is_granted_is_what_is_asked(setup: Setup, api: Api, namespace: str, alone: None) -> None:
    installed = install(setup, f"{namespace}-home")
    operator = installed.operator()
    try:
        operator.start()
        for number, use in enumerate((*USES, send_by_subsets)):
            use(api, api.namespace(f"{namespace}-{number}"))

        with MetricServer() as server:
            check_a_source(api, namespace, server.address)
            declare_for_all(api, namespace, server.address)
            api.until(CLUSTER_METRIC_SOURCES, None, namespace, lambda found: "status" in found)
    finally:
        operator.stop()

    asked = installed.asked()
    assert asked <= installed.granted()
    assert installed.granted() - asked <= SELDOM.keys()
    assert not installed.refused()


def test_a_namespaced_operator_serves_its_namespaces_and_may_nothing_outside(
    setup: Setup, api: Api, namespace: str, alone: None
) -> None:
    near, far = api.namespace(f"{namespace}-near"), api.namespace(f"{namespace}-far")
    installed = install(setup, f"{namespace}-home", f"watchNamespaces={{{namespace},{near}}}")
    operator = installed.operator()
    api.create(RELEASES, release(far))
    try:
        operator.start()
        for place in (namespace, near):
            deploy(api, place)
            change(api, place, "2")
            api.until(RELEASES, place, "web", phase_is("Promoted"))

        with MetricServer() as server:
            declare_for_all(api, namespace, server.address)
            check_a_source(api, near, server.address)

        # Another operator may say of it what this one cannot know.
        assert "status" not in api.get(CLUSTER_METRIC_SOURCES, None, namespace)
        assert "phase" not in api.get(RELEASES, far, "web")["status"]
        assert not api.all(REPLICA_SETS, far)
        assert not installed.refused()
    finally:
        operator.stop()

    for resource in ("pods", "secrets", "releases.tidegate.dev", "services", "gateways.gateway.networking.k8s.io"):
        assert installed.may("list", resource, "-n", near)
        assert not installed.may("list", resource, "-n", far)
        assert not installed.may("list", resource, "--all-namespaces")


def test_a_namespace_that_refuses_the_operator_stops_no_other(
    setup: Setup, api: Api, namespace: str, alone: None
) -> None:
    lost = api.namespace(f"{namespace}-lost")
    installed = install(setup, f"{namespace}-home", f"watchNamespaces={{{namespace},{lost}}}")
    api.create(RELEASES, release(lost))
    role = next(found for found in installed.manifests if found["metadata"].get("namespace") == lost)
    blind = {**role, "rules": [rule for rule in role["rules"] if "pods" not in rule["resources"]]}
    setup.plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(blind))
    operator = installed.operator()
    try:
        operator.start()
        deploy(api, namespace)
        with urllib.request.urlopen(f"{operator.pages}/readyz", timeout=30) as page:
            assert page.status == 200
            assert f"may not read, so left alone: namespace {lost}" in page.read().decode()
        # It sees the Release, and none of its pods: that is no reason to act as if there were none.
        assert "phase" not in api.get(RELEASES, lost, "web")["status"]

        setup.plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(role))
        api.until(RELEASES, lost, "web", phase_is("Promoted"), 90)
        assert not [line for line in installed.refused() if "/pods" not in line]
    finally:
        operator.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider that may be switched off: the objects of a user's that it is for, and what a Release says of them."""

    group: str
    kinds: tuple[str, ...]
    routes: tuple[tuple[Resource, Callable[[str], Object]], ...] = ()
    traffic: Object | None = None


PROVIDERS = {
    "gatewayApi": Provider(
        group="gateway.networking.k8s.io", kinds=("httproutes", "grpcroutes", "gateways", "gatewayclasses")
    ),
    "istio": Provider(
        group="networking.istio.io",
        kinds=("virtualservices", "destinationrules"),
        routes=((DESTINATION_RULES, destination_rule), (VIRTUAL_SERVICES, by_subsets)),
        traffic={"route": SUBSETS},
    ),
    "traefik": Provider(
        group="traefik.io",
        kinds=("traefikservices",),
        routes=((TRAEFIK_SERVICES, traefik_service),),
        traffic={"route": {"kind": "TraefikService", "name": "front"}},
    ),
    "ingress": Provider(
        group="networking.k8s.io",
        kinds=("ingresses",),
        routes=((INGRESSES, users_ingress),),
        traffic={"ingress": {"name": "front"}},
    ),
}


@pytest.mark.parametrize("switch", PROVIDERS)
def test_what_is_switched_off_is_neither_asked_for_nor_silently_left_out(
    setup: Setup, api: Api, namespace: str, alone: None, switch: str
) -> None:
    off = PROVIDERS[switch]
    users = [(kind, api.apply(kind, made(namespace), manager="git")) for kind, made in off.routes]
    installed = install(setup, f"{namespace}-home", f"providers.{switch}=false")
    operator = installed.operator()
    try:
        operator.start()
        api.create(RELEASES, attached(namespace, traffic=off.traffic) if off.traffic else release(namespace))
        found = api.until(RELEASES, namespace, "web", reason_is("ApiSwitchedOff"))
    finally:
        operator.stop()

    assert f"runs without {off.group}," in found["status"]["message"]
    assert not installed.refused()
    assert not [kind for kind in off.kinds if installed.may("list", f"{kind}.{off.group}", "--all-namespaces")]
    assert [api.get(kind, namespace, "front") for kind, _ in users] == [before for _, before in users]
    assert not [kind for kind in (REPLICA_SETS, SERVICES, ROUTES) if api.all(kind, namespace)]
