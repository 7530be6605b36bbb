"""What a Release must be, as rules of the API server: its name, its steps, its hooks, its workload."""

from .cel import durations, rule
from .names import RELEASE_NAME_LENGTH
from .step import IMPLIED_STEP

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
    f"!has(self.deadline) || !({durations('self.deadline', 'self.dwell')}) ||"
    " duration(self.deadline) > duration(self.dwell)",
    "steps: a deadline must be longer than the step's dwell",
)
ON_DEADLINE_RULE = rule(
    # The default steps are checked as they are written, without the defaults of their fields.
    "!has(self.onDeadline) || self.onDeadline != 'Hold' || has(self.deadline)",
    "onDeadline: Hold acts only at a deadline: declare one",
)
WATCH_RULE = rule(
    f"!({durations('self.promotion.watch')}) || !self.steps.exists(s, s.weight == 100 && has(s.deadline) &&"
    f" {durations('s.deadline', 's.dwell')} &&"
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
PROGRESS_RULE = rule("duration(self) >= duration('1s')", "progressDeadline: must be at least 1s")
INTERVAL_RULE = rule("duration(self) >= duration('1s')", "interval: must be at least 1s")
