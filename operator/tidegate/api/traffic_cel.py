"""What a router needs of the rest of a Release, as rules of the API server."""

from .cel import matches, rule
from .ports import LETTER, PORT, PORT_NAME, PORT_NAME_LENGTH
from .route_match import MATCHES

ROUTER_RULE = rule(
    "[has(self.gateway), has(self.route), has(self.routes), has(self.ingress), has(self.podRatio), has(self.nodeRatio)]"
    ".filter(f, f).size() == 1",
    "traffic: must have exactly one of gateway, route, routes, ingress, podRatio and nodeRatio",
)
NODE_RATIO_RULE = rule(
    "!has(self.traffic.nodeRatio) || !has(self.workloadRef) || self.workloadRef.kind == 'PodTemplate'",
    "workloadRef: with traffic.nodeRatio the pods come from template or a PodTemplate: a Deployment has none a node",
)
SHRINK_RULE = rule(
    "self.capacity != 'Shrink' || !(has(self.traffic.podRatio) || has(self.traffic.nodeRatio))",
    "capacity: Shrink needs a router; with traffic.podRatio or nodeRatio the pods are the share",
)
FRESH_RULE = rule(
    "self.baseline != 'Fresh' || !(has(self.traffic.podRatio) || has(self.traffic.nodeRatio))",
    "baseline: Fresh needs a router; with traffic.podRatio or nodeRatio its pods would take a share from the candidate",
)
FIRST_NODES_RULE = rule(
    "self.firstRollout != 'Steps' || !has(self.traffic.nodeRatio)",
    "firstRollout: Steps needs a size; with traffic.nodeRatio every node gets its pod at once",
)
POD_RATIO_RULE = rule(
    "!has(self.traffic.podRatio) || self.steps.all(s, s.weight <= 50 || s.weight == 100)",
    "steps: with traffic.podRatio a weight must be at most 50, or 100: both sides' pods share one Service",
)
SHARED_WEIGHT_RULE = rule(
    "!(has(self.traffic.podRatio) || has(self.traffic.nodeRatio)) || self.steps.all(s, s.weight > 0)",
    "steps: with traffic.podRatio or nodeRatio no weight may be 0: the step's pods serve as soon as they are ready",
)
STEP_PODS_RULE = rule(
    "!(has(self.traffic.podRatio) || has(self.traffic.nodeRatio)) || self.steps.all(s, !has(s.replicas))",
    "steps: with traffic.podRatio or nodeRatio the pods are the share: leave replicas out",
)
MATCHES_RULE = rule(
    f"self.map(r, has(r.matches) && r.matches.size() > 0 ? r.matches.size() : 1).sum() <= {MATCHES}",
    f"rules: must have at most {MATCHES} matches in all: a route holds no more",
)
ROUTES_RULE = rule(
    "self.all(r, self.exists_one(o, o.kind == r.kind && o.name == r.name))",
    "routes: each route may be named once: without rule, every rule with both backends is meant",
)
RULE_RULE = rule(
    "!has(self.rule) || self.kind != 'TraefikService'",
    "route: a TraefikService has no rules: leave rule out",
)
TARGET_PORT_RULE = rule(
    "type(self) == int ? self >= 1 && self <= 65535 :"
    f" {matches('self', PORT_NAME)} && size(self) <= {PORT_NAME_LENGTH} && !self.contains('--') &&"
    f" {matches('self', LETTER)}",
    f"targetPort: {PORT}",
)
SUBSETS_RULE = rule(
    "!has(self.destinationRule) || self.kind == 'VirtualService'",
    "route: destinationRule needs the kind VirtualService: no other route has subsets",
)
