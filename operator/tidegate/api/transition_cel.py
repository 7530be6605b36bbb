"""What may not change of a Release while something of a user's, or traffic, is held by it."""

from .cel import rule

# Whatever is written mid-rollout names a route: the weights on another one would be nobody's.
ROLLS = "has(oldSelf.status) && has(oldSelf.status.stable) && has(oldSelf.status.candidate)"
REMEDY = "while a rollout runs: abort the rollout or let it end first"
ROUTERS = ("gateway", "route", "routes", "ingress", "podRatio", "nodeRatio")
SAME_ROUTER = " && ".join(f"has(self.spec.traffic.{name}) == has(oldSelf.spec.traffic.{name})" for name in ROUTERS)
NOW, BEFORE = "self.spec.traffic", "oldSelf.spec.traffic"
# From the first candidate on its Deployment is not only read: it is taken over.
TAKES_OVER = "has(oldSelf.status) && (has(oldSelf.status.stable) || has(oldSelf.status.candidate))"
REFERENCE, REFERENCE_BEFORE = "self.spec.workloadRef", "oldSelf.spec.workloadRef"

TRANSITION_RULES = [
    rule(f"!({ROLLS}) || ({SAME_ROUTER})", f"traffic: the kind of router may not change {REMEDY}"),
    rule(
        f"!({ROLLS}) || !has({NOW}.route) || !has({BEFORE}.route) || {NOW}.route == {BEFORE}.route",
        f"traffic.route: another route may not be named {REMEDY}",
    ),
    rule(
        f"!({ROLLS}) || !has({NOW}.routes) || !has({BEFORE}.routes) ||"
        f" ({NOW}.routes.all(r, r in {BEFORE}.routes) && {BEFORE}.routes.all(r, r in {NOW}.routes))",
        f"traffic.routes: other routes may not be named {REMEDY}",
    ),
    rule(
        f"!({ROLLS}) || !has({NOW}.ingress) || !has({BEFORE}.ingress) || {NOW}.ingress.name == {BEFORE}.ingress.name",
        f"traffic.ingress: another Ingress may not be named {REMEDY}",
    ),
    rule(
        f"!has(oldSelf.status) || !has(oldSelf.status.stable) || has({NOW}.nodeRatio) == has({BEFORE}.nodeRatio)",
        "traffic.nodeRatio: may not be added or taken away once a revision is stable: declare another Release instead",
    ),
    rule(
        f"!({TAKES_OVER}) || !has({REFERENCE_BEFORE}) || {REFERENCE_BEFORE}.kind != 'Deployment' ||"
        f" (has({REFERENCE}) && {REFERENCE}.kind == 'Deployment' && {REFERENCE}.name == {REFERENCE_BEFORE}.name)",
        "workloadRef: a Deployment may not be changed or taken away: delete the Release, which hands the Deployment"
        " back, and declare another",
    ),
]
