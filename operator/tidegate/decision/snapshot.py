"""All that a decision may know: one Release and what was seen of its world at one instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from tidegate.api import Ask, Suspend

from .plan import NO_TIME, Plan, Step, pods_for
from .progress import NOTHING_ASKED, Asks, Progress
from .reasons import Reason
from .route import Route
from .services import NO_SERVICES, Services
from .workload import NOTHING_DUE, Restart, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The pods of one revision. `refusal`: why no more of them are taken; `unscheduled`: why one of them has no node.

    `observed` is False until their controller has seen the declared size: some that are counted may be about to end.
    `ours` is False for one that a deleted Release of this name left serving. With one pod a node it has `whole` the
    cluster or only the nodes that were given, and `joins` a node that comes. `ending`: how its rollout did.
    """

    revision: str
    exists: bool = True
    replicas: int = 0
    available: int = 0
    total: int = 0
    stuck: int = 0
    stuck_sentence: str = ""
    refusal: str = ""
    unscheduled: str = ""
    ever_available: bool = False
    unhealthy_since: datetime | None = None
    available_in: timedelta | None = None
    pinned_for: datetime | None = None
    rejected: bool = False
    ending: str = ""
    whole: bool = True
    joins: bool = False
    observed: bool = True
    ours: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the judge found: at most one of the first four; `passed` counts only since the step settled.

    `nobody_to_blame`: something is wrong that stable shares, or that one pod does. `undecided`: enough was seen since
    the step settled, and nothing is missing but the verdict itself. `over_bound`: the candidate's own share at the step
    is over its bound, which may be chance: the weight does not rise meanwhile. `heard`: false while a process that has
    just begun has not heard of every objective yet. `shown`: the words of a breach that counts showed, which stays one;
    empty of any other.
    """

    breach: bool = False
    nobody_to_blame: bool = False
    no_data: bool = False
    unavailable: bool = False
    undecided: bool = False
    over_bound: bool = False
    passed: bool = False
    heard: bool = True
    shown: str = ""
    sentence: str = ""


class Said(Enum):
    """What a hook's last answer means."""

    YES = "Yes"
    NOT_YET = "NotYet"
    NO = "No"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The last answer to one question to a hook; `key` names the question. `started`: its Job exists."""

    key: str
    said: Said
    sentence: str
    started: bool = False


# What to do where an object is missing that a field names.
CREATE_IT = "create it, or name one that is there"


@dataclass(frozen=True, slots=True, kw_only=True)
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


class Original(Enum):
    """What is known of what a copy was made from."""

    SAME = "holds the same"
    OTHER = "holds something else, or is gone"
    UNREAD = "is not read yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class LostCopy:
    """A copy of configuration that is gone while a revision's pods name it: none of them starts again without."""

    revision: str
    kind: str
    name: str
    original: str
    content: str
    now: Original


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One look. `target` is the revision of the declared template; `keeps`: what serves outlives the Release.

    Where that is not `known` (its workload or configuration is missing, or `reading`), `target` is the last one:
    no revision starts, none is made from it, and none goes for it. `uncompared` are revisions that it may turn out to
    be, once the API server's defaults are in it.

    `baselines`: fresh copies of stable, which is counted without them.
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
    baselines: tuple[Side, ...] = ()
    services: Services = NO_SERVICES
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
    undercut: int | None = None
    surplus: tuple[str, ...] = ()
    unused: tuple[Copy, ...] = ()
    lost: tuple[LostCopy, ...] = ()
    uncompared: frozenset[str] = frozenset()

    @property
    def goal(self) -> str:
        """The revision to serve: the declared one, unless the undo under way overrules just that."""
        overruled = self.progress.overruled is not None and self.progress.overruled == self.target
        return (self.progress.candidate or self.target) if overruled else self.target

    @property
    def another_waits(self) -> bool:
        """True where what is declared is neither served, nor on its way, nor out."""
        return not self.progress.accounts_for(self.target)

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
        wanted = pods_for(share, of=self.full_size)
        return share if side_available >= wanted else share * side_available // wanted

    def asked(self, ask: Ask) -> str | None:
        """The nonce of a new ask, or None: a handled one opens nothing."""
        nonce = self.asks.of(ask)
        return nonce if nonce is not None and nonce != self.progress.handled.of(ask) else None

    def answer(self, key: str) -> Answer | None:
        """The last answer of a hook to this question."""
        return next((answer for answer in self.answers if answer.key == key), None)

    def since(self, instant: datetime | None) -> timedelta:
        return self.now - instant if instant else NO_TIME
