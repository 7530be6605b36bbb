"""A small model of one Release and its surroundings: hashable states, and what a turn sees of them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from tests.model.amend import amended
from tests.model.deployment import Deployment
from tests.model.nodes import Given
from tests.model.plans import LOST_CONFIG, NOW, REPLICAS, WAITS, Kind
from tests.model.routes import judged_by_plan, wants_matches
from tidegate.api import Suspend
from tidegate.decision.copies import copy_missing
from tidegate.decision.hooks import key_of
from tidegate.decision.plan import weight_by_pods
from tidegate.decision.progress import Asks, Progress
from tidegate.decision.route import Route
from tidegate.decision.services import Services
from tidegate.decision.snapshot import Answer, Blocked, Evidence, LostCopy, Reading, Said, Side, Snapshot
from tidegate.decision.takeover import size_to_keep
from tidegate.decision.workload import Workload

UNMEASURED = Evidence()
GOOD = Evidence(passed=True)
BAD = Evidence(breach=True, sentence="errors")
NONE = Evidence(no_data=True, sentence="no data")
NOBODYS = Evidence(nobody_to_blame=True, sentence="stable too")
OVER = Evidence(over_bound=True, sentence="over the bound")
DOWN = Evidence(unavailable=True, sentence="the source is down")


@dataclass(frozen=True, slots=True)
class Pods:
    """One revision's ReplicaSet and how many of its pods are available; `stuck` ones never start.

    `detached` ones have lost the labels that a Deployment selects by.
    """

    revision: str
    replicas: int
    available: int
    stuck: bool = False
    ever: bool = False
    failing: datetime | None = None
    pinned: datetime | None = None
    rejected: bool = False
    detached: bool = False
    ending: str = ""


# Without slots: a state is looked up many times, and keeps its hash.
@dataclass(frozen=True)
class State:
    """Everything that a turn can see, and nothing else: two equal states have one future.

    `left`: what serves is nobody's any more, so that it outlives the Release. `fallen`: the weight was taken to end
    this rollout, and that is not recorded; no turn sees that.
    """

    target: str
    progress: Progress = Progress()
    pods: tuple[Pods, ...] = ()
    baselines: tuple[Pods, ...] = ()
    services: Services = Services()
    route: Route | None = None
    evidence: Evidence = UNMEASURED
    heard: Said | None = None
    asks: Asks = Asks()
    suspension: Suspend = Suspend.NONE
    blocked: Blocked | None = None
    reading: bool = False
    lost: tuple[LostCopy, ...] = ()
    replicas: int = REPLICAS
    kind: Kind = Kind.PLAIN
    given: Given = Given()
    deployment: Deployment | None = None
    deleting: bool = False
    finalizer: bool = False
    keeps: bool = False
    left: str = ""
    fallen: bool = False

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(vars(self).values()))

    def __hash__(self) -> int:
        return self._hash

    @property
    def wants_matches(self) -> bool:
        """True where the recorded step sends requests that match to the candidate."""
        return wants_matches(self.progress, self.kind.plan)

    def split(self) -> Route | None:
        """The route; without a router, what the candidate's pods make of the recorded weight."""
        if self.kind.routed:
            return judged_by_plan(self.route, wanted=self.wants_matches)

        candidate, step = self.pods_of(self.progress.candidate), self.kind.plan.step(self.progress.step)
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
    def gone(self) -> bool:
        """True when the Release was deleted and nothing holds it."""
        return self.deleting and not self.finalizer

    @property
    def known(self) -> bool:
        """False while nobody can tell which revision is declared."""
        return not self.reading and self.blocked != LOST_CONFIG

    @property
    def noted(self) -> Progress:
        """The record, with what the note on the Deployment says."""
        note = self.deployment.note if self.deployment else None
        return replace(self.progress, taken_over=note) if note else self.progress

    def look(self) -> Snapshot:
        """The snapshot of this state."""
        seen = self._seen()
        return seen if seen.blocked or not seen.lost else replace(seen, blocked=copy_missing(seen))

    def _seen(self) -> Snapshot:
        workload = self._workload()
        kept = size_to_keep(self.noted.taken_over, workload)
        served = {self.progress.stable, self.progress.candidate} & {found.revision for found in self.pods}
        return Snapshot(
            now=NOW,
            target=self.target if self.known else self.progress.candidate or self.progress.stable or "",
            known=self.known,
            reading=Reading() if self.reading else None,
            replicas=max(self.replicas, kept),
            least_size=self.kind.least,
            plan=self.kind.plan,
            progress=self.noted,
            sides=tuple(self._side(found) for found in self.pods),
            baselines=tuple(_side(found, ours=True) for found in self.baselines),
            services=Services() if self.left else self._services(),
            route=None if self.left and self.kind.routed else self.split(),
            evidence=self.evidence,
            answers=self._answers(),
            asks=self.asks,
            suspension=self.suspension,
            blocked=self.blocked,
            lost=tuple(copy for copy in self.lost if copy.revision in served),
            deleting=self.deleting,
            finalizer=self.finalizer,
            keeps=self.keeps,
            workload=asked_of(workload, self.replicas, kept),
        )

    def _services(self) -> Services:
        available = {found.revision: found.available for found in self.pods}
        return amended(
            self.services,
            stable_endpoints=available.get(self.services.stable or "", 0),
            candidate_endpoints=available.get(self.services.candidate or "", 0),
        )

    def _workload(self) -> Workload | None:
        attached = sum(found.replicas for found in self.pods if not found.detached)
        owned_by = "Git" if self.blocked == WAITS else ""
        roomless, found = self.kind is Kind.ROOMLESS, self.deployment
        record = self.noted.taken_over
        return found.seen(record, attached, owned_by=owned_by, progressively=roomless) if found else None

    def _side(self, found: Pods) -> Side:
        side = _side(found, ours=found.revision != self.left)
        if self.kind is not Kind.BY_NODES:
            return side

        allotment = self.given.of(found.revision)
        return replace(side, whole=allotment.whole, joins=allotment.but)

    def _answers(self) -> tuple[Answer, ...]:
        waiting = self.progress.waiting
        if waiting is None or self.heard is None:
            return ()

        return (Answer(key=key_of(self.progress, waiting), said=self.heard, sentence="answer"),)

    def pods_of(self, revision: str | None) -> Pods:
        """The pods of a revision; none where it has no ReplicaSet."""
        return next((found for found in self.pods if found.revision == revision), Pods(revision or "", 0, 0))

    def with_baseline(self, changed: Pods) -> "State":
        """The same state with the baseline of one revision replaced, or made."""
        others = tuple(found for found in self.baselines if found.revision != changed.revision)
        return replace(self, baselines=tuple(sorted((*others, changed), key=lambda found: found.revision)))

    def with_pods(self, changed: Pods) -> "State":
        """The same state with one revision's pods replaced."""
        others = tuple(found for found in self.pods if found.revision != changed.revision)
        return replace(self, pods=tuple(sorted((*others, changed), key=lambda found: found.revision)))


def asked_of(workload: Workload | None, asked: int, kept: int) -> Workload | None:
    """The Deployment, with a number that is below what is kept beside it."""
    return replace(workload, asked_meanwhile=asked) if workload and asked < kept else workload


def _side(found: Pods, *, ours: bool) -> Side:
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
        ending=found.ending,
        ours=ours,
    )
