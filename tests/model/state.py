"""A small model of one Release and its surroundings: hashable states, and what an effect does to them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache

from tests.model.nodes import Given
from tests.model.routes import judged_by_plan, wants_matches, written
from tidegate.api import OnTrouble, Suspend, When
from tidegate.decision.actions import (
    Action,
    ForgetRevision,
    PointService,
    PrepareRevision,
    Role,
    Scale,
    SetWeight,
    WriteRoute,
)
from tidegate.decision.hooks import key_of
from tidegate.decision.lost_status import Kept, recollect
from tidegate.decision.plan import Hook, Plan, Step, weight_by_pods
from tidegate.decision.progress import Asks, Progress, Rollout
from tidegate.decision.reasons import Reason
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Answer, Blocked, Evidence, Reading, Said, Services, Side, Snapshot

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


class Kind(Enum):
    """The kinds of Release: each has its plan."""

    PLAIN = "plain"
    GATED = "with gates that a hook and a person open"
    MATCHING = "with requests that match"
    SHRINKING = "with stable's capacity shrinking"
    BY_PODS = "without a router"
    BY_NODES = "with one pod a node"
    DEMO = "with the demo's steps"

    @property
    def plan(self) -> Plan:
        return PLANS[self]

    @property
    def routed(self) -> bool:
        """True where a route splits the traffic, and not the pods themselves."""
        return self not in {Kind.BY_PODS, Kind.BY_NODES}


PLANS = {
    Kind.PLAIN: PLAN,
    Kind.GATED: replace(PLAN, steps=(GATED, *PLAN.steps[1:]), hooks=(HOOK,)),
    Kind.MATCHING: replace(PLAN, steps=(TESTERS, *PLAN.steps)),
    Kind.SHRINKING: replace(PLAN, shrink=True),
    Kind.BY_PODS: PLAN,
    Kind.BY_NODES: PLAN,
    Kind.DEMO: replace(PLAN, steps=DEMO_STEPS),
}
# The demo's is as deep as the others together: only what a real operator did is looked for in it.
WALKED = tuple(kind for kind in Kind if kind is not Kind.DEMO)
MISSING = Blocked(Reason.GATEWAY_MISSING, "the gateway is missing")
LOST_CONFIG = Blocked(Reason.CONFIG_MISSING, "the configuration is missing")

UNMEASURED = Evidence()
GOOD = Evidence(passed=True)
BAD = Evidence(breach=True, sentence="errors")
NONE = Evidence(no_data=True, sentence="no data")
NOBODYS = Evidence(nobody_to_blame=True, sentence="stable too")
DOWN = Evidence(unavailable=True, sentence="the source is down")


@dataclass(frozen=True, slots=True)
class Pods:
    """One revision's ReplicaSet and how many of its pods are available; `stuck` ones never start."""

    revision: str
    replicas: int
    available: int
    stuck: bool = False
    ever: bool = False
    failing: datetime | None = None
    pinned: datetime | None = None
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Everything that a turn can see, and nothing else: two equal states have one future."""

    target: str
    progress: Progress = Progress()
    pods: tuple[Pods, ...] = ()
    services: Services = Services()
    route: Route | None = None
    evidence: Evidence = UNMEASURED
    heard: Said | None = None
    asks: Asks = Asks()
    suspension: Suspend = Suspend.NONE
    blocked: Blocked | None = None
    reading: bool = False
    replicas: int = REPLICAS
    kind: Kind = Kind.PLAIN
    given: Given = Given()

    @property
    def wants_matches(self) -> bool:
        """True where the recorded step sends requests that match to the candidate."""
        return wants_matches(self.progress, self.kind.plan)

    def split(self) -> Route | None:
        """The route; without a router, what the candidate's pods make of the recorded weight."""
        if self.kind.routed:
            return judged_by_plan(self.route, wanted=self.wants_matches)

        candidate, step = self.pods_of(self.progress.candidate), PLAN.step(self.progress.step)
        one_a_node = self.kind is Kind.BY_NODES
        beside = step.size_by_pods(self.progress.full_size or self.replicas)
        wanted = step.size(self.replicas) if one_a_node else beside
        weight = weight_by_pods(self.progress.desired_weight, ready=candidate.available, wanted=wanted)
        return Route(
            weight=weight if candidate.replicas else 0,
            by_pods=True,
            at_once=int(one_a_node),
            confirmed_for=timedelta(hours=1),
        )

    @property
    def known(self) -> bool:
        """False while nobody can tell which revision is declared."""
        return not self.reading and self.blocked != LOST_CONFIG

    def look(self) -> Snapshot:
        """The snapshot of this state."""
        available = {found.revision: found.available for found in self.pods}
        services = replace(
            self.services,
            stable_endpoints=available.get(self.services.stable or "", 0),
            candidate_endpoints=available.get(self.services.candidate or "", 0),
        )
        return Snapshot(
            now=NOW,
            target=self.target if self.known else self.progress.candidate or self.progress.stable or "",
            known=self.known,
            reading=Reading() if self.reading else None,
            replicas=self.replicas,
            plan=self.kind.plan,
            progress=self.progress,
            sides=tuple(self._side(found) for found in self.pods),
            services=services,
            route=self.split(),
            evidence=self.evidence,
            answers=self._answers(),
            asks=self.asks,
            suspension=self.suspension,
            blocked=self.blocked,
        )

    def _side(self, found: Pods) -> Side:
        side = _side(found)
        if self.kind is not Kind.BY_NODES:
            return side

        allotment = self.given.of(found.revision)
        return replace(side, whole=allotment.whole, joins=allotment.but)

    def _answers(self) -> tuple[Answer, ...]:
        waiting = self.progress.waiting
        if waiting is None or self.heard is None:
            return ()

        return (Answer(key_of(self.progress, waiting), self.heard, "answer"),)

    def pods_of(self, revision: str | None) -> Pods:
        """The pods of a revision; none where it has no ReplicaSet."""
        return next((found for found in self.pods if found.revision == revision), Pods(revision or "", 0, 0))

    def with_pods(self, changed: Pods) -> "State":
        """The same state with one revision's pods replaced."""
        others = tuple(found for found in self.pods if found.revision != changed.revision)
        return replace(self, pods=tuple(sorted((*others, changed), key=lambda found: found.revision)))


def after(state: State, action: Action) -> State:
    """What the cluster is after an effect: new pods are not available yet, a new weight not confirmed yet."""
    if state.kind is Kind.BY_NODES and isinstance(action, PrepareRevision | Scale):
        return _handed(state, action)

    match action:
        case PrepareRevision(revision, replicas):
            found = state.pods_of(revision)
            sized = _sized(found, replicas)
            return state.with_pods(replace(sized, pinned=state.progress.started_at, rejected=False))
        case Scale(revision, replicas, rejected):
            found = state.pods_of(revision)
            return state.with_pods(replace(_sized(found, replicas), rejected=found.rejected or rejected))
        case PointService(role, revision):
            pointed = _pointed(state.services, role, revision)
            return replace(state, services=replace(pointed, astray=pointed.astray - {role}))
        case WriteRoute() | SetWeight():
            return replace(state, route=written(state.route, action, wanted=state.wants_matches, confirmed=False))
        case ForgetRevision(revision):
            return replace(state, pods=tuple(found for found in state.pods if found.revision != revision))


def _handed(state: State, action: PrepareRevision | Scale) -> State:
    """Nodes change hands: whoever has more of them gets pods that are not available yet."""
    given = state.given.after(action.revision, action.replicas, state.progress, state.replicas)
    found = state.pods_of(action.revision)
    if isinstance(action, PrepareRevision):
        found = replace(found, pinned=state.progress.started_at, rejected=False)
    else:
        found = replace(found, rejected=found.rejected or action.rejected)

    return resized(replace(state, given=given).with_pods(found))


def forgotten(state: State) -> State:
    """The status is lost: a hand cleared it, or a backup did not bring it back."""
    kept = (
        Kept(
            revision=found.revision,
            served=found.ever and bool(found.replicas),
            started=str(found.pinned),
            rejected=found.rejected,
        )
        for found in state.pods
    )
    progress = recollect(Progress(handled=state.asks), kept, selected=state.services.stable)
    return replace(state, progress=progress, evidence=UNMEASURED, heard=None)


def resized(state: State) -> State:
    """Every revision has a pod on each of its nodes, available or not."""
    pods = (_sized(found, state.given.count(found.revision, state.replicas)) for found in state.pods)
    return replace(state, pods=tuple(pods))


def aged(state: State) -> State:
    """The same state after a long time: every clock is over its limit."""
    progress = replace(
        state.progress,
        **{field: LONG_AGO for field in CLOCKS if getattr(state.progress, field) is not None},
    )
    if progress.waiting:
        progress = replace(progress, waiting=replace(progress.waiting, since=LONG_AGO))

    pods = tuple(
        replace(
            found,
            failing=LONG_AGO if found.failing else None,
            pinned=progress.started_at if found.pinned == state.progress.started_at else ANOTHER_ROLLOUT,
        )
        for found in state.pods
    )
    route = state.route
    if route is not None:
        confirmed_for = timedelta(hours=1) if route.confirmed else timedelta(0)
        silent_for = timedelta(0) if route.confirmed else timedelta(hours=1)
        route = replace(route, confirmed_for=confirmed_for, silent_for=silent_for)

    return replace(state, progress=progress, pods=pods, route=route)


CLOCKS = (
    "started_at",
    "entered_at",
    "settled_at",
    "weighted_at",
    "deadline_from",
    "breach_held_since",
    "no_data_since",
    "stood_since",
)


def canonical(state: State) -> State:
    """Forget what no decision reads, so that the model stays small: old lines of history, words, spans."""
    progress = state.progress
    newest = {line.revision: line for line in reversed(progress.history)}
    kept = tuple(line for line in progress.history if line is newest[line.revision])
    history = tuple(map(_forgotten, kept))
    entered_at = progress.entered_at if state.kind is Kind.GATED else None
    dwelt, stood = min(progress.dwelt, LIMIT), min(progress.stood, LIMIT)
    progress = replace(progress, sentence="", history=history, dwelt=dwelt, stood=stood, entered_at=entered_at)
    pods = tuple(
        found if found.pinned in {progress.started_at, ANOTHER_ROLLOUT} else replace(found, pinned=ANOTHER_ROLLOUT)
        for found in state.pods
    )
    return replace(state, progress=progress, pods=pods)


@cache
def _forgotten(line: Rollout) -> Rollout:
    return replace(line, sentence="", started_at=NOW, ended_at=None)


def _side(found: Pods) -> Side:
    return Side(
        revision=found.revision,
        replicas=found.replicas,
        available=found.available,
        total=found.replicas,
        stuck=found.replicas - found.available if found.stuck else 0,
        stuck_sentence="stuck",
        ever_available=found.ever,
        unhealthy_since=found.failing,
        pinned_for=found.pinned,
        rejected=found.rejected,
    )


def _sized(found: Pods, replicas: int) -> Pods:
    available = min(found.available, replicas)
    if not replicas:
        return replace(found, replicas=0, available=0, stuck=False, ever=False, failing=None)

    return replace(found, replicas=replicas, available=available)


def _pointed(services: Services, role: Role, revision: str) -> Services:
    match role:
        case Role.STABLE:
            return replace(services, stable=revision)
        case Role.CANDIDATE:
            return replace(services, candidate=revision)
        case Role.APEX:
            return replace(services, apex=revision)
