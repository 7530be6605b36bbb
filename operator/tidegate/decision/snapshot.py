"""All that a decision may know: one Release and what was seen of its world at one instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from tidegate.api import Suspend

from .actions import Role
from .plan import FULL, NO_TIME, Plan, Step
from .progress import NOTHING_ASKED, Asks, Progress
from .reasons import Reason
from .route import Route
from .workload import NOTHING_DUE, Restart, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The pods of one revision. `refusal`: why the API server takes no more of them, in its words.

    `ours` is False for one that a deleted Release of this name left serving. With one pod a node it has `whole` the
    cluster or only the nodes that were given, and `joins` a node that comes.
    """

    revision: str
    exists: bool = True
    replicas: int = 0
    available: int = 0
    total: int = 0
    stuck: int = 0
    stuck_sentence: str = ""
    refusal: str = ""
    ever_available: bool = False
    unhealthy_since: datetime | None = None
    available_in: timedelta | None = None
    pinned_for: datetime | None = None
    rejected: bool = False
    whole: bool = True
    joins: bool = False
    ours: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Which revision each of our Services selects (None: it is missing), and whether its endpoints follow.

    `taken`: someone else's Service has the name of stable's or the candidate's, and is never touched.
    `subsets`: the revisions that a mesh's subsets select; `astray`: roles whose subset selects otherwise than their
    Service; `held`: a note of ours is on a DestinationRule.
    """

    stable: str | None = None
    candidate: str | None = None
    apex: str | None = None
    apex_is_users: bool = False
    taken: bool = False
    current: bool = True
    stable_endpoints: int = 0
    candidate_endpoints: int = 0
    astray: frozenset[Role] = frozenset()
    subsets: frozenset[str] = frozenset()
    held: bool = False

    @property
    def ours(self) -> bool:
        """True while any of the Services is the Release's."""
        return (self.stable, self.candidate, self.apex) != (None, None, None)

    def of(self, role: Role) -> str | None:
        """The revision that the Service of a role selects."""
        return {Role.APEX: self.apex, Role.STABLE: self.stable, Role.CANDIDATE: self.candidate}[role]

    def select(self, revision: str) -> bool:
        if revision in self.subsets:
            return True

        return revision in {self.stable, self.candidate} or (self.apex == revision and not self.apex_is_users)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the judge found: at most one of the first four; `passed` counts only since the step settled.

    `nobody_to_blame`: something is wrong that stable shares, or that one pod does. `undecided`: enough was seen since
    the step settled, and nothing is missing but the verdict itself. `over_bound`: the candidate's own share at the step
    is over its bound, which may be chance: the weight does not rise meanwhile.
    """

    breach: bool = False
    nobody_to_blame: bool = False
    no_data: bool = False
    unavailable: bool = False
    undecided: bool = False
    over_bound: bool = False
    passed: bool = False
    sentence: str = ""


class Said(Enum):
    """What a hook's last answer means."""

    YES = "Yes"
    NOT_YET = "NotYet"
    NO = "No"


@dataclass(frozen=True, slots=True)
class Answer:
    """The last answer to one question to a hook; `key` names the question. `started`: its Job exists."""

    key: str
    said: Said
    sentence: str
    started: bool = False


@dataclass(frozen=True, slots=True)
class Blocked:
    """What someone must mend before the rollout may go forward."""

    reason: Reason
    sentence: str
    again: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Configuration that is read just now, or changed a moment ago: `again` where time alone ends that."""

    again: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of configuration that a revision's pods name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One look. `target` is the revision of the declared template; `keeps`: what serves outlives the Release.

    Where that is not `known` (its workload or configuration is missing, or `reading`), `target` is the last one:
    no revision starts, none is made from it, and none goes for it. `uncompared` are revisions that it may turn out to
    be, once the API server's defaults are in it.

    `undeclared`: routes that nobody declares any more, as one, while they are ours to delete or to give back;
    `undeclared_subsets`: so are subsets that no declared route leads to. `unreferenced`: Deployments of the namespace
    whose size we own, and to which no Release refers any more.
    """

    now: datetime
    target: str
    known: bool = True
    reading: Reading | None = None
    replicas: int
    plan: Plan
    progress: Progress
    sides: tuple[Side, ...] = ()
    services: Services = Services()
    route: Route | None = None
    several: tuple[Route, ...] = ()
    undeclared: Route | None = None
    undeclared_subsets: bool = False
    evidence: Evidence = Evidence()
    answers: tuple[Answer, ...] = ()
    asks: Asks = NOTHING_ASKED
    suspension: Suspend = Suspend.NONE
    blocked: Blocked | None = None
    deleting: bool = False
    finalizer: bool = False
    keeps: bool = False
    workload: Workload | None = None
    unreferenced: tuple[str, ...] = ()
    restart: Restart = NOTHING_DUE
    least_size: int = 0
    surplus: tuple[str, ...] = ()
    unused: tuple[Copy, ...] = ()
    uncompared: frozenset[str] = frozenset()

    @property
    def goal(self) -> str:
        """The revision to serve: the declared one, unless the undo under way overrules just that."""
        overruled = self.progress.overruled is not None and self.progress.overruled == self.target
        return (self.progress.candidate or self.target) if overruled else self.target

    @property
    def stable(self) -> Side:
        return self.side(self.progress.stable or "")

    @property
    def candidate(self) -> Side:
        return self.side(self.progress.candidate or "")

    @property
    def step(self) -> Step:
        return self.plan.step(self.progress.step)

    @property
    def full_size(self) -> int:
        """Stable's floor: the greatest size declared since the rollout began; with one pod a node, all its nodes."""
        return self.replicas if self.by_nodes else max(self.replicas, self.progress.full_size)

    @property
    def weight(self) -> int:
        """The candidate's live share; 0 where there is no route, or it is not ours."""
        return (self.route.weight or 0) if self.route else 0

    @property
    def lowest_weight(self) -> int:
        """The candidate's smallest live share over all routes: a raise is done when this one is."""
        return self.route.lowest if self.route else 0

    @property
    def exposed(self) -> bool:
        """True while requests reach the candidate beside its weight."""
        return self.route is not None and self.route.exposed

    @property
    def planned(self) -> bool:
        """True where the route shows the candidate what the recorded step says, no more and no less."""
        return self.route is None or self.route.planned

    @property
    def routes(self) -> tuple[Route, ...]:
        """Each route by itself; `route` is all of them as one."""
        return self.several or ((self.route,) if self.route else ())

    @property
    def by_pods(self) -> bool:
        """True where there is no router: the candidate's share is its share of pods."""
        return self.route is not None and self.route.by_pods

    @property
    def by_nodes(self) -> bool:
        """True where there is one pod a node: what the candidate has, stable has not."""
        return self.route is not None and self.route.at_once > 0

    @property
    def suspended(self) -> bool:
        return self.suspension is not Suspend.NONE

    def declares(self, revision: str) -> bool:
        """True where a revision can be made anew, because it is what is declared."""
        return self.known and self.target == revision

    def side(self, revision: str) -> Side:
        return next((side for side in self.sides if side.revision == revision), Side(revision=revision, exists=False))

    def carried(self, side_available: int, share: int) -> int:
        """The share that available pods can carry, of a share that wants pods in proportion to the full size."""
        wanted = -(-self.full_size * share // FULL)
        return share if side_available >= wanted else share * side_available // wanted

    def asked(self, what: str) -> str | None:
        """The nonce of a new ask, or None: a handled one opens nothing."""
        nonce: str | None = getattr(self.asks, what)
        return nonce if nonce is not None and nonce != getattr(self.progress.handled, what) else None

    def answer(self, key: str) -> Answer | None:
        """The last answer of a hook to this question."""
        return next((answer for answer in self.answers if answer.key == key), None)

    def since(self, instant: datetime | None) -> timedelta:
        return self.now - instant if instant else NO_TIME
