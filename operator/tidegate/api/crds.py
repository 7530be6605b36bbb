"""The CustomResourceDefinitions of the group, as values."""

from typing import Any

from .cel import Rule
from .exposure_cel import (
    AFFINITY_RULE,
    CONDITIONS_RULE,
    EXPOSURE_RULES,
    HEADERS_RULE,
    MAX_AGE_RULE,
    ROUTE_RULES,
)
from .metric_source import MetricSourceSpec
from .names import GROUP, VERSION
from .objective_cel import JOB_RULES, NO_JOB_RULE, OBJECTIVE_RULE, QUERIES_RULE, QUERY_RULES, SHARE_RULE
from .objective_set import ObjectiveSetSpec
from .release import ReleaseSpec
from .release_cel import (
    DEADLINE_RULE,
    EXPIRY_RULE,
    HOOK_RULE,
    HOOK_STEPS_RULE,
    HOOKED_STEPS_RULE,
    INCONCLUSIVE_RULE,
    INTERVAL_RULE,
    KEEP_RULE,
    NAME_RULES,
    ON_DEADLINE_RULE,
    PROGRESS_RULE,
    STEP_RULES,
    TEMPLATE_RULE,
    WATCH_RULE,
    WORKLOAD_RULE,
)
from .schema import structural
from .shapes_cel import say_in_words
from .source_cel import TIMEOUT_RULE, source_by
from .status_schema import RELEASE_STATUS, SOURCE_STATUS
from .traffic_cel import (
    FIRST_NODES_RULE,
    FRESH_RULE,
    MATCHES_RULE,
    NODE_RATIO_RULE,
    POD_RATIO_RULE,
    ROUTER_RULE,
    ROUTES_RULE,
    RULE_RULE,
    SHARED_WEIGHT_RULE,
    SHRINK_RULE,
    STEP_PODS_RULE,
    SUBSETS_RULE,
    TARGET_PORT_RULE,
)
from .transition_cel import TRANSITION_RULES
from .variables_cel import FOREIGN_RULE, SET_VARIABLES_RULE, variables_rule


def crds() -> dict[str, dict[str, Any]]:
    """Every CRD by its file name."""
    return {
        "releases.yaml": release(),
        "metricsources.yaml": metric_source("MetricSource", "metricsources", scope="Namespaced"),
        "clustermetricsources.yaml": metric_source("ClusterMetricSource", "clustermetricsources", scope="Cluster"),
        "objectivesets.yaml": objective_set("ObjectiveSet", "objectivesets", scope="Namespaced"),
        "clusterobjectivesets.yaml": objective_set("ClusterObjectiveSet", "clusterobjectivesets", scope="Cluster"),
    }


def release() -> dict[str, Any]:
    """The Release: one service under progressive delivery."""
    schema = root("One service under progressive delivery.", release_spec(), RELEASE_STATUS)
    schema["x-kubernetes-validations"] = [*NAME_RULES, *TRANSITION_RULES]
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {
            "status": {},
            "scale": {
                "specReplicasPath": ".spec.replicas",
                "statusReplicasPath": ".status.replicas",
                "labelSelectorPath": ".status.selector",
            },
        },
        "selectableFields": [{"jsonPath": ".status.phase"}],
        "additionalPrinterColumns": RELEASE_COLUMNS,
    }
    return definition(RELEASE_NAMES, "Namespaced", version)


FIELD_RULES = {"interval": INTERVAL_RULE, "progressDeadline": PROGRESS_RULE, "workloadRef": WORKLOAD_RULE}
SPEC_RULES = [
    TEMPLATE_RULE,
    POD_RATIO_RULE,
    SHARED_WEIGHT_RULE,
    STEP_PODS_RULE,
    NODE_RATIO_RULE,
    SHRINK_RULE,
    FRESH_RULE,
    FIRST_NODES_RULE,
    KEEP_RULE,
    WATCH_RULE,
    HOOKED_STEPS_RULE,
    INCONCLUSIVE_RULE,
    *ROUTE_RULES,
]


def release_spec() -> dict[str, Any]:
    """What a user declares, with the rules of its parts."""
    spec = structural(ReleaseSpec)
    judge_by(spec["properties"]["objectives"])
    ask_with(spec["properties"]["objectives"], variables_rule())
    # A default of the API server's would stand beside sets that were to hold alone.
    del spec["properties"]["objectives"]["default"]
    steps = spec["properties"]["steps"]
    steps["x-kubernetes-list-type"] = "map"
    steps["x-kubernetes-list-map-keys"] = ["name"]
    steps["x-kubernetes-validations"] = STEP_RULES
    expose_by(steps["items"], spec["properties"]["traffic"])
    attach_by(spec["properties"]["traffic"]["properties"])
    ask_by(spec["properties"]["hooks"])
    for name, rule in FIELD_RULES.items():
        spec["properties"][name]["x-kubernetes-validations"] = [rule]

    spec["properties"]["service"]["properties"]["targetPort"]["x-kubernetes-validations"] = [TARGET_PORT_RULE]
    spec["x-kubernetes-validations"] = SPEC_RULES
    return spec


def expose_by(step: dict[str, Any], traffic: dict[str, Any]) -> None:
    """The rules of what a step shows the candidate, and of who stays with it."""
    step["x-kubernetes-validations"] = [DEADLINE_RULE, ON_DEADLINE_RULE, *EXPOSURE_RULES]
    step["properties"]["match"]["items"]["x-kubernetes-validations"] = [CONDITIONS_RULE, HEADERS_RULE]
    traffic["x-kubernetes-validations"] = [ROUTER_RULE, AFFINITY_RULE]
    cookie = traffic["properties"]["affinity"]["properties"]["cookie"]
    cookie["properties"]["maxAge"]["x-kubernetes-validations"] = [MAX_AGE_RULE]


def attach_by(traffic: dict[str, Any]) -> None:
    """The rules of a route of a user's own, wherever one is named, and of one that Tidegate makes."""
    for route in (traffic["route"], traffic["routes"]["items"]):
        route["x-kubernetes-validations"] = [RULE_RULE, SUBSETS_RULE]

    traffic["routes"]["x-kubernetes-validations"] = [ROUTES_RULE]
    traffic["gateway"]["properties"]["rules"]["x-kubernetes-validations"] = [MATCHES_RULE]


def judge_by(objectives: dict[str, Any]) -> None:
    """The rules of a list of objectives, wherever one is declared."""
    objectives["x-kubernetes-list-type"] = "map"
    objectives["x-kubernetes-list-map-keys"] = ["name"]
    objectives["items"]["x-kubernetes-validations"] = [OBJECTIVE_RULE]
    properties = objectives["items"]["properties"]
    properties["query"]["x-kubernetes-validations"] = QUERY_RULES
    for counted in ("errorRatio", "slowRequests"):
        properties[counted]["properties"]["max"]["x-kubernetes-validations"] = [SHARE_RULE]

    properties["job"]["x-kubernetes-validations"] = JOB_RULES

    objectives["x-kubernetes-validations"] = [QUERIES_RULE]


def ask_with(objectives: dict[str, Any], *rules: Rule) -> None:
    """The rules of the words of each query."""
    query = objectives["items"]["properties"]["query"]["properties"]
    for language in ("promql", "text"):
        query[language]["x-kubernetes-validations"] = [FOREIGN_RULE, *rules]


def ask_by(hooks: dict[str, Any]) -> None:
    """The rules of a list of hooks."""
    hooks["x-kubernetes-list-type"] = "map"
    hooks["x-kubernetes-list-map-keys"] = ["name"]
    hooks["items"]["x-kubernetes-validations"] = [HOOK_RULE, HOOK_STEPS_RULE]
    hooks["items"]["properties"]["expiry"]["x-kubernetes-validations"] = [EXPIRY_RULE]
    hooks["items"]["properties"]["http"]["properties"]["timeout"]["x-kubernetes-validations"] = [TIMEOUT_RULE]


def objective_set(kind: str, plural: str, *, scope: str) -> dict[str, Any]:
    """Objectives to share, for a namespace or for the cluster."""
    spec = structural(ObjectiveSetSpec)
    judge_by(spec["properties"]["objectives"])
    ask_with(spec["properties"]["objectives"])
    spec["properties"]["objectives"]["x-kubernetes-validations"].append(NO_JOB_RULE)
    # Which arguments there are stands beside the objectives.
    spec["x-kubernetes-validations"] = [SET_VARIABLES_RULE]
    spec["properties"]["args"]["x-kubernetes-list-type"] = "map"
    spec["properties"]["args"]["x-kubernetes-list-map-keys"] = ["name"]
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": root("Objectives to share between Releases, with arguments.", spec)},
        "additionalPrinterColumns": [column("Age", "date", ".metadata.creationTimestamp")],
    }
    return definition(named(kind, plural), scope, version)


def metric_source(kind: str, plural: str, *, scope: str) -> dict[str, Any]:
    """A source of numbers, for a namespace or for the cluster."""
    spec = structural(MetricSourceSpec)
    source_by(spec, of_a_namespace=scope == "Namespaced")
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": root("Where numbers come from.", spec, SOURCE_STATUS)},
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            column("Ready", "string", '.status.conditions[?(@.type=="Ready")].status'),
            column("Address", "string", ".spec.*['address','url','region']"),
            column("Age", "date", ".metadata.creationTimestamp"),
        ],
    }
    return definition(named(kind, plural), scope, version)


def named(kind: str, plural: str) -> dict[str, Any]:
    """The names of a kind that has no short one."""
    return {
        "kind": kind,
        "listKind": f"{kind}List",
        "plural": plural,
        "singular": kind.lower(),
        "categories": ["tidegate"],
    }


def root(description: str, spec: dict[str, Any], status: dict[str, Any] | None = None) -> dict[str, Any]:
    """The schema of a whole object."""
    say_in_words(spec)
    parts = {"spec": {**spec, "description": "What is wanted."}, **({"status": status} if status else {})}
    return {
        "type": "object",
        "description": description,
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            **parts,
        },
    }


def definition(names: dict[str, Any], scope: str, version: dict[str, Any]) -> dict[str, Any]:
    """The object that the API server takes."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names['plural']}.{GROUP}"},
        "spec": {"group": GROUP, "names": names, "scope": scope, "versions": [version]},
    }


def column(name: str, kind: str, path: str, priority: int = 0) -> dict[str, Any]:
    """A column of `kubectl get`; priority 1 shows only with `-o wide`."""
    found: dict[str, Any] = {"name": name, "type": kind, "jsonPath": path}
    return {**found, "priority": priority} if priority else found


RELEASE_NAMES = {
    "kind": "Release",
    "listKind": "ReleaseList",
    "plural": "releases",
    "singular": "release",
    "shortNames": ["rel"],
    "categories": ["all", "tidegate"],
}
RELEASE_COLUMNS = [
    column("Ready", "string", '.status.conditions[?(@.type=="Ready")].status'),
    column("Phase", "string", ".status.phase"),
    column("Step", "string", ".status.step.progress"),
    column("Weight", "integer", ".status.step.weight"),
    column("Revision", "string", ".status.stable.revision"),
    column("Candidate", "string", ".status.candidate.revision"),
    column("Message", "string", ".status.message", priority=1),
    column("Age", "date", ".metadata.creationTimestamp"),
]
