"""The CustomResourceDefinitions of the group, as values."""

from typing import Any

from .cel import rule
from .exposure_cel import (
    AFFINITY_RULE,
    CONDITIONS_RULE,
    EXPOSURE_RULES,
    HEADERS_RULE,
    MAX_AGE_RULE,
    ROUTE_RULES,
)
from .metric_source import MetricSourceSpec
from .names import GROUP, RELEASE_NAME_LENGTH, VERSION
from .objective_cel import OBJECTIVE_RULE, QUERIES_RULE, QUERY_RULES, SHARE_RULE
from .objective_set import ObjectiveSetSpec
from .release import ReleaseSpec
from .schema import structural
from .source_cel import TIMEOUT_RULE, source_by
from .status_schema import RELEASE_STATUS, SOURCE_STATUS
from .step import IMPLIED_STEP
from .traffic_cel import (
    FIRST_NODES_RULE,
    NODE_RATIO_RULE,
    POD_RATIO_RULE,
    ROUTER_RULE,
    ROUTES_RULE,
    RULE_RULE,
    SHRINK_RULE,
    STEP_PODS_RULE,
    SUBSETS_RULE,
)
from .transition_cel import TRANSITION_RULES


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


def release_spec() -> dict[str, Any]:
    """What a user declares, with the rules of its parts."""
    spec = structural(ReleaseSpec)
    judge_by(spec["properties"]["objectives"])
    # A default of the API server's would stand beside sets that were to hold alone.
    del spec["properties"]["objectives"]["default"]
    steps = spec["properties"]["steps"]
    steps["x-kubernetes-list-type"] = "map"
    steps["x-kubernetes-list-map-keys"] = ["name"]
    steps["x-kubernetes-validations"] = STEP_RULES
    expose_by(steps["items"], spec["properties"]["traffic"])
    attach_by(spec["properties"]["traffic"]["properties"])
    spec["properties"]["interval"]["x-kubernetes-validations"] = [INTERVAL_RULE]
    ask_by(spec["properties"]["hooks"])
    spec["x-kubernetes-validations"] = [
        TEMPLATE_RULE,
        POD_RATIO_RULE,
        STEP_PODS_RULE,
        NODE_RATIO_RULE,
        SHRINK_RULE,
        FIRST_NODES_RULE,
        KEEP_RULE,
        WATCH_RULE,
        HOOKED_STEPS_RULE,
        INCONCLUSIVE_RULE,
        *ROUTE_RULES,
    ]
    spec["properties"]["workloadRef"]["x-kubernetes-validations"] = [WORKLOAD_RULE]
    return spec


def expose_by(step: dict[str, Any], traffic: dict[str, Any]) -> None:
    """The rules of what a step shows the candidate, and of who stays with it."""
    step["x-kubernetes-validations"] = [DEADLINE_RULE, ON_DEADLINE_RULE, *EXPOSURE_RULES]
    step["properties"]["match"]["items"]["x-kubernetes-validations"] = [CONDITIONS_RULE, HEADERS_RULE]
    traffic["x-kubernetes-validations"] = [ROUTER_RULE, AFFINITY_RULE]
    cookie = traffic["properties"]["affinity"]["properties"]["cookie"]
    cookie["properties"]["maxAge"]["x-kubernetes-validations"] = [MAX_AGE_RULE]


def attach_by(traffic: dict[str, Any]) -> None:
    """The rules of a route of a user's own, wherever one is named."""
    for route in (traffic["route"], traffic["routes"]["items"]):
        route["x-kubernetes-validations"] = [RULE_RULE, SUBSETS_RULE]

    traffic["routes"]["x-kubernetes-validations"] = [ROUTES_RULE]


def judge_by(objectives: dict[str, Any]) -> None:
    """The rules of a list of objectives, wherever one is declared."""
    objectives["x-kubernetes-list-type"] = "map"
    objectives["x-kubernetes-list-map-keys"] = ["name"]
    objectives["items"]["x-kubernetes-validations"] = [OBJECTIVE_RULE]
    properties = objectives["items"]["properties"]
    properties["query"]["x-kubernetes-validations"] = QUERY_RULES
    for counted in ("errorRatio", "slowRequests"):
        properties[counted]["properties"]["max"]["x-kubernetes-validations"] = [SHARE_RULE]

    objectives["x-kubernetes-validations"] = [QUERIES_RULE]


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
    source_by(spec)
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


NAME_RULES = [
    rule(
        f"size(self.metadata.name) <= {RELEASE_NAME_LENGTH}",
        f"metadata.name: must be at most {RELEASE_NAME_LENGTH} characters, because Services and pods add to it",
    ),
    rule(
        "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        "metadata.name: must start with a letter and hold only a-z, 0-9 and -, because Services are named after it",
    ),
]
STEP_RULES = [
    rule("self.filter(s, s.weight == 100).size() <= 1", "steps: weight 100 may be declared once, as the last step"),
    rule(
        "self.size() < 2 || self.map(s, s.weight).isSorted()",
        "steps: weights must not fall from one step to the next",
    ),
    rule(
        f"self.exists(s, s.weight == 100) || !self.exists(s, s.name == '{IMPLIED_STEP}')",
        f"steps: {IMPLIED_STEP} is the name of the implied last step at weight 100: name this one otherwise",
    ),
]
DEADLINE_RULE = rule(
    "!has(self.deadline) || duration(self.deadline) > duration(self.dwell)",
    "steps: a deadline must be longer than the step's dwell",
)
ON_DEADLINE_RULE = rule(
    # The default steps are checked as they are written, without the defaults of their fields.
    "!has(self.onDeadline) || self.onDeadline != 'Hold' || has(self.deadline)",
    "onDeadline: Hold acts only at a deadline: declare one",
)
WATCH_RULE = rule(
    "!self.steps.exists(s, s.weight == 100 && has(s.deadline) &&"
    " duration(s.deadline) <= duration(s.dwell) + duration(self.promotion.watch))",
    "steps: a deadline at weight 100 must be longer than the step's dwell and promotion.watch",
)
HOOK_RULE = rule("has(self.http) != has(self.job)", "hooks: each must have exactly one of http and job")
HOOK_STEPS_RULE = rule("!has(self.steps) || self.when == 'BeforeRise'", "hooks: only a hook BeforeRise may have steps")
INCONCLUSIVE_RULE = rule(
    "self.onInconclusive == 'Hold' || (self.advanceOn == 'Pass' && self.steps.exists(step, has(step.deadline)))",
    "onInconclusive: acts at the deadline of a step, and only with advanceOn: Pass",
)
HOOKED_STEPS_RULE = rule(
    "self.hooks.all(h, !has(h.steps) || h.steps.all(n, self.steps.exists(s, s.name == n && s.weight > 0) ||"
    f" (n == '{IMPLIED_STEP}' && !self.steps.exists(s, s.weight == 100))))",
    "hooks: steps must name steps with a weight above 0",
)
EXPIRY_RULE = rule(
    "duration(self) >= duration('1s') && duration(self) <= duration('24h')",
    "expiry: must be at least 1s and at most 24h",
)
TEMPLATE_RULE = rule("has(self.template) != has(self.workloadRef)", "must have exactly one of template and workloadRef")
KEEP_RULE = rule(
    "self.onDelete != 'Keep' || !has(self.workloadRef) || self.workloadRef.kind != 'Deployment'",
    "onDelete: Keep is not for a Deployment of workloadRef, which is handed back and serves on: use Delete",
)
WORKLOAD_RULE = rule(
    "(self.apiVersion == 'apps/v1') == (self.kind == 'Deployment')",
    "workloadRef: apiVersion must be apps/v1 for a Deployment and v1 for a PodTemplate",
)
INTERVAL_RULE = rule("duration(self) >= duration('1s')", "interval: must be at least 1s")

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
    column("Weight", "integer", ".status.step.confirmedWeight"),
    column("Revision", "string", ".status.stable.revision"),
    column("Message", "string", ".status.message", priority=1),
    column("Age", "date", ".metadata.creationTimestamp"),
]
