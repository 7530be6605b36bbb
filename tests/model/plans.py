"""The kinds of Release, with their plans, and the moments and sizes of the small model."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from tidegate.api import OnTrouble, When
from tidegate.decision.plan import Hook, Plan, Step
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
ANOTHER_ROLLOUT = NOW - timedelta(hours=2)
LIMIT = timedelta(minutes=10)
REPLICAS = 2

PLAN = Plan(
    steps=(Step(name="half", weight=50, dwell=LIMIT), Step(name="full", weight=100)),
    drain=LIMIT,
    progress_deadline=LIMIT,
    unhealthy_after=LIMIT,
    no_data_limit=LIMIT,
    on_no_data=OnTrouble.ROLL_BACK,
)

# Gates that a hook and a person open, and a deadline of the step between them.
HOOK = Hook(name="check", when=When.BEFORE_RISE, steps=("half",), expiry=LIMIT, on_expiry=OnTrouble.ROLL_BACK)
GATED = replace(PLAN.steps[0], pause=True, deadline=2 * LIMIT, on_deadline=OnTrouble.HOLD)
# A step at which only requests that match reach the candidate.
TESTERS = Step(name="testers", weight=0, dwell=LIMIT, match=True)

DEMO_STEPS = (
    Step(name="first", weight=5, dwell=LIMIT),
    Step(name="quarter", weight=25, dwell=LIMIT),
    *PLAN.steps,
)

# Where a Deployment is taken over, how a rollout is judged is not what is walked.
UNJUDGED = replace(PLAN, judged=False)


class Kind(Enum):
    """The kinds of Release: each has its plan."""

    PLAIN = "plain"
    GATED = "with gates that a hook and a person open, and an autoscaler at its least"
    MATCHING = "with requests that match"
    SHRINKING = "with stable's capacity shrinking"
    FRESH = "with a fresh baseline"
    FINISHING = "whose rollouts are finished before the next begins, the first by steps too"
    BY_PODS = "without a router, and with an autoscaler at its least"
    BY_NODES = "with one pod a node"
    TAKEOVER = "taking a Deployment over"
    ROOMLESS = "taking a Deployment over where there is no room"
    DEMO = "with the demo's steps"

    @property
    def plan(self) -> Plan:
        return PLANS[self]

    @property
    def least(self) -> int:
        """The fewest pods that an autoscaler allows, where there is one."""
        return REPLICAS if self in {Kind.GATED, Kind.BY_PODS} else 0

    @property
    def routed(self) -> bool:
        """True where a route splits the traffic, and not the pods themselves."""
        return self not in {Kind.BY_PODS, Kind.BY_NODES}

    @property
    def deleted_anywhere(self) -> bool:
        """True where a deletion is no disturbance: it is walked from wherever one disturbance more leads."""
        return self not in {Kind.GATED, Kind.MATCHING, Kind.SHRINKING, Kind.FRESH, Kind.FINISHING}

    @property
    def takes_over(self) -> bool:
        """True where a Deployment is taken over, by a user's route or, where there is no room, by one of ours."""
        return self in {Kind.TAKEOVER, Kind.ROOMLESS}


PLANS = {
    Kind.PLAIN: PLAN,
    Kind.GATED: replace(PLAN, steps=(GATED, *PLAN.steps[1:]), hooks=(HOOK,)),
    Kind.MATCHING: replace(PLAN, steps=(TESTERS, *PLAN.steps)),
    Kind.SHRINKING: replace(PLAN, shrink=True),
    Kind.FRESH: replace(PLAN, fresh=True),
    Kind.FINISHING: replace(PLAN, finish_first=True, first_by_steps=True, window=2),
    Kind.BY_PODS: replace(PLAN, steps=(replace(PLAN.steps[0], name="quarter", weight=25), *PLAN.steps[1:])),
    Kind.BY_NODES: PLAN,
    Kind.TAKEOVER: UNJUDGED,
    Kind.ROOMLESS: UNJUDGED,
    Kind.DEMO: replace(PLAN, steps=DEMO_STEPS),
}
# The demo's is as deep as the others together: only what a real operator did is looked for in it.
WALKED = tuple(kind for kind in Kind if kind is not Kind.DEMO)
MISSING = Blocked(reason=Reason.GATEWAY_MISSING, sentence="the gateway is missing")
LOST_CONFIG = Blocked(reason=Reason.CONFIG_MISSING, sentence="the configuration is missing")
WAITS = Blocked(reason=Reason.TAKEOVER_WAITS, sentence="Git declares the Deployment's replicas")
