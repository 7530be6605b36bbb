"""A small world of values: it carries out a decision's actions and moves pods, endpoints and router at once."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.model.routes import judged_by_plan, wants_matches, written
from tidegate.api import Suspend
from tidegate.decision import Decision, Progress, Record, Snapshot, decide
from tidegate.decision.actions import (
    Action,
    ForgetBaseline,
    ForgetRevision,
    PointService,
    PrepareBaseline,
    PrepareRevision,
    Role,
    Scale,
    SetWeight,
    WriteRoute,
)
from tidegate.decision.plan import NO_TIME, Plan, Step, weight_by_pods
from tidegate.decision.progress import Asks, Phase
from tidegate.decision.route import Route
from tidegate.decision.services import Services
from tidegate.decision.snapshot import Answer, Blocked, Evidence, Side

START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
PLAN = Plan(steps=(Step(name="first", weight=20), Step(name="half", weight=50), Step(name="full", weight=100)))


def as_recorded(progress: Progress, *done: Action, record: Record = Record.ALL) -> Decision:
    """A decision that comes to this record, with these effects."""
    return Decision(reason=progress.reason, sentence=progress.sentence, progress=progress, actions=done, record=record)


@dataclass(slots=True, kw_only=True)
class World:
    """One Release and its surroundings. `starts` says whether new pods become available."""

    target: str = "v1"
    replicas: int = 4
    plan: Plan = PLAN
    now: datetime = START
    progress: Progress = field(default_factory=Progress)
    sides: dict[str, Side] = field(default_factory=dict)
    baselines: dict[str, Side] = field(default_factory=dict)
    services: Services = field(default_factory=Services)
    route: Route | None = None
    evidence: Evidence = Evidence(passed=True)
    answers: tuple[Answer, ...] = ()
    asks: Asks = Asks()
    suspension: Suspend = Suspend.NONE
    blocked: Blocked | None = None
    starts: frozenset[str] = frozenset({"v1", "v2", "v3"})
    stuck: frozenset[str] = frozenset()
    baseline_starts: bool = True
    confirms: bool = True
    by_pods: bool = False
    least_size: int = 0
    at_once: int = 0
    done: list[Action] = field(default_factory=list)

    def look(self) -> Snapshot:
        """A snapshot of this world now."""
        return Snapshot(
            now=self.now,
            target=self.target,
            replicas=self.replicas,
            least_size=self.least_size,
            plan=self.plan,
            progress=self.progress,
            sides=tuple(self.sides.values()),
            baselines=tuple(self.baselines.values()),
            services=self._endpoints(),
            route=self._share() if self.by_pods else self._route(),
            evidence=self.evidence,
            answers=self.answers,
            asks=self.asks,
            suspension=self.suspension,
            blocked=self.blocked,
        )

    def turn(self) -> Decision:
        """One turn: decide, act, record."""
        decision = decide(self.look())
        for action in decision.actions:
            self.carry_out(action)
        if self.progress.candidate and not decision.progress.candidate:
            # No two rollouts begin at one instant.
            self.now += MOMENT
        self.progress = decision.progress
        return decision

    def run(self, turns: int = 60) -> Decision:
        """Turns until nothing changes."""
        for _ in range(turns):
            before = self.progress
            decision = self.turn()
            if not decision.actions and self.progress == before:
                return decision
        message = "the world does not come to rest"
        raise AssertionError(message)

    def turn_until(self, phase: Phase, turns: int = 60) -> None:
        """Turns until a phase is reached."""
        for _ in range(turns):
            if self.progress.phase is phase:
                return

            self.turn()
        message = f"the world does not come to {phase}"
        raise AssertionError(message)

    def wait(self, span: timedelta) -> None:
        """Time passes, and the router's confirmation grows older."""
        self.now += span
        if self.route and self.route.confirmed:
            self.route = replace(self.route, confirmed_for=self.route.confirmed_for + span)

    def carry_out(self, action: Action) -> None:
        """What the cluster would do with an action."""
        self.done.append(action)
        match action:
            case PrepareRevision(revision, replicas):
                side = self.sides.get(revision, Side(revision=revision))
                prepared = replace(side, pinned_for=self.progress.started_at, rejected=False)
                self.sides[revision] = self._sized(prepared, replicas)
            case Scale(revision=revision, replicas=replicas, rejected=rejected):
                side = self.sides[revision]
                noted = replace(side, rejected=side.rejected or rejected, ending=action.ending or side.ending)
                self.sides[revision] = self._sized(noted, replicas)
            case PointService(role, revision):
                self.services = self._pointed(role, revision)
            case WriteRoute() | SetWeight():
                wanted = wants_matches(self.progress, self.plan)
                self.route = written(self.route, action, wanted=wanted, confirmed=self.confirms)
            case PrepareBaseline(revision, replicas):
                new = Side(revision=revision, pinned_for=self.progress.started_at)
                made = self.baselines.get(revision, new)
                available = replicas if self.baseline_starts else 0
                self.baselines[revision] = replace(made, replicas=replicas, total=replicas, available=available)
            case ForgetBaseline(revision):
                del self.baselines[revision]
            case ForgetRevision(revision):
                del self.sides[revision]

    def _sized(self, side: Side, replicas: int) -> Side:
        available = replicas if side.revision in self.starts else 0
        stuck = replicas if side.revision in self.stuck else 0
        sentence = "container web: CrashLoopBackOff" if stuck else ""
        return replace(
            side, replicas=replicas, total=replicas, available=available, stuck=stuck, stuck_sentence=sentence
        )

    def _pointed(self, role: Role, revision: str) -> Services:
        match role:
            case Role.STABLE:
                return replace(self.services, stable=revision)
            case Role.CANDIDATE:
                return replace(self.services, candidate=revision)
            case Role.APEX:
                return replace(self.services, apex=revision)

    def _route(self) -> Route | None:
        return judged_by_plan(self.route, wanted=wants_matches(self.progress, self.plan))

    def _share(self) -> Route:
        """Without a router: what the candidate's ready pods make of the recorded weight."""
        side, step = self.sides.get(self.progress.candidate or ""), self.plan.step(self.progress.step)
        size = self.progress.full_size or self.replicas
        wanted = step.size(size) if self.at_once else step.size_by_pods(size)
        weight = weight_by_pods(self.progress.desired_weight, ready=side.available if side else 0, wanted=wanted)
        return Route(weight=weight, by_pods=True, at_once=self.at_once, confirmed_for=timedelta(hours=1))

    def _endpoints(self) -> Services:
        def behind(revision: str | None) -> int:
            return self.sides[revision].available if revision in self.sides else 0

        found = self.services
        return replace(found, stable_endpoints=behind(found.stable), candidate_endpoints=behind(found.candidate))


def deployed(**changes: Any) -> World:
    """A world whose first revision is served."""
    world = World(**changes)
    world.run()
    world.done.clear()
    return world


__all__ = ["NO_TIME", "PLAN", "START", "World", "deployed"]
