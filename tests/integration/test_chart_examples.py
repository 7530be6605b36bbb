"""Every file of `examples/chart/` does what it says to what Helm renders, and a real API server takes that."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import yaml

from tests.cluster.api import NAMESPACES, Api, Object
from tests.cluster.binaries import prometheus_operator_crds
from tests.cluster.control_plane import ControlPlane, control_plane
from tests.cluster.local import ROOT
from tests.cluster.manifest import NAMESPACE, rendered

FOLDER = ROOT / "examples" / "chart"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
WATCHED = {"ServiceMonitor", "PrometheusRule"}
Kinds = set[str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The manifests with an example's values."""

    manifests: list[Object]

    @property
    def kinds(self) -> Kinds:
        return {found["kind"] for found in self.manifests}

    def rules(self, kind: str) -> list[tuple[str | None, Object]]:
        """Each rule of the operator's roles of a kind, with the role's namespace."""
        metadata = [(found["metadata"], found["rules"]) for found in self.manifests if found["kind"] == kind]
        return [(role.get("namespace"), rule) for role, rules in metadata if not for_people(role) for rule in rules]


def for_people(role: Object) -> bool:
    """True for what joins the built-in roles."""
    return any("aggregate-to" in label for label in role.get("labels") or ())


@pytest.fixture(scope="module")
def empty() -> Iterator[ControlPlane]:
    """A cluster with nothing in it but the namespaces that an example names, and the Prometheus Operator's kinds."""
    with control_plane(crds=prometheus_operator_crds()) as plane:
        api = Api(plane.kubeconfig())
        for name in (NAMESPACE, "shop", "bank"):
            api.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

        yield plane


def monitoring(found: Rendered) -> None:
    selected = [item for item in found.manifests if item["kind"] in WATCHED]
    assert {item["kind"] for item in selected} == WATCHED
    assert {item["metadata"]["labels"]["release"] for item in selected} == {"prometheus"}
    assert any("grafana_dashboard" in (item["metadata"].get("labels") or {}) for item in found.manifests)


def some_namespaces(found: Rendered) -> None:
    assert {"shop", "bank"} <= {namespace for namespace, _ in found.rules("Role")}
    verbs = {verb for _, rule in found.rules("ClusterRole") for verb in rule["verbs"]}
    assert verbs <= {"get", "list", "watch"}


def least_rights(found: Rendered) -> None:
    groups = {group for _, rule in found.rules("ClusterRole") for group in rule["apiGroups"]}
    assert "gateway.networking.k8s.io" in groups
    assert not groups & {"networking.istio.io", "traefik.io", "networking.k8s.io"}


def tracked_configuration(found: Rendered) -> None:
    granted = {
        (namespace, verb)
        for namespace, rule in found.rules("Role")
        for verb in rule["verbs"]
        if "configmaps" in rule["resources"]
    }
    assert granted >= {("shop", verb) for verb in ("get", "create", "delete")}
    assert not any("configmaps" in rule["resources"] for _, rule in found.rules("ClusterRole"))


def logs(found: Rendered) -> None:
    granted = [(namespace, rule["verbs"]) for namespace, rule in found.rules("Role") if "pods/log" in rule["resources"]]
    assert granted == [("shop", ["get"])]
    assert not any("pods/log" in rule["resources"] for _, rule in found.rules("ClusterRole"))
    (deployment,) = (item for item in found.manifests if item["kind"] == "Deployment")
    assert "--read-logs" in deployment["spec"]["template"]["spec"]["containers"][0]["args"]


CLAIMS: dict[str, Callable[[Rendered], None]] = {
    "least-rights": least_rights,
    "logs": logs,
    "monitoring": monitoring,
    "some-namespaces": some_namespaces,
    "tracked-configuration": tracked_configuration,
}


@pytest.mark.parametrize("name", NAMES)
def test_values_do_what_they_say(empty: ControlPlane, name: str) -> None:
    text = rendered(values=FOLDER / f"{name}.yaml")
    found = Rendered([manifest for manifest in yaml.safe_load_all(text) if manifest])

    CLAIMS[name](found)

    crds = [item for item in found.manifests if item["kind"] == "CustomResourceDefinition"]
    served = [item for item in found.manifests if item["kind"] != "CustomResourceDefinition"]
    apply = ("apply", "--server-side", "--validate=strict", "--force-conflicts", "-f", "-")
    empty.kubectl(*apply, stdin=yaml.safe_dump_all([*crds, *served]))
