"""All that a decision may know: one Release and what was seen of its world at one instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from .plan import FULL, NO_TIME, Plan, Step
from .progress import NOTHING_ASKED, Asks, Progress
from .reasons import Reason


class Suspension(Enum):
    """How far a user stopped the loop; the stricter of spec and annotation."""

    NONE = "None"
    ADVANCE = "Advance"
    ALL = "All"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The pods of one revision."""

    revision: str
    exists: bool = True
    replicas: int = 0
    available: int = 0
    total: int = 0
    stuck: int = 0
    stuck_sentence: str = ""
    ever_available: bool = False
    unhealthy_since: datetime | None = None
    available_in: timedelta | None = None
    pinned_for: datetime | None = None
    rejected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Which revision each of our Services selects (None: it is missing), and whether its endpoints follow.

    `taken`: someone else's Service has the name of stable's or the candidate's, and is never touched.
    """

    stable: str | None = None
    candidate: str | None = None
    apex: str | None = None
    apex_is_users: bool = False
    taken: bool = False
    current: bool = True
    stable_endpoints: int = 0
    candidate_endpoints: int = 0

    def select(self, revision: str) -> bool:
        return revision in {self.stable, self.candidate} or (self.apex == revision and not self.apex_is_users)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route as found, or several as one. `weight` is the candidate's greatest share, `least` its smallest.

    `weight` is None where the backends are not ours. An attached route is a user's: it is `lost` where it is
    missing or has no place for both weights, `touched` while a note of ours is on it, and `by_git` while its
    rules are owned by whoever owned them when the rollout began.
    """

    weight: int | None = 0
    least: int | None = None
    written: tuple[str, int] | None = None
    current: bool = True
    confirmed: bool = True
    confirmed_for: timedelta = NO_TIME
    silent_for: timedelta = NO_TIME
    sentence: str = ""
    attached: bool = False
    lost: bool = False
    touched: bool = False
    by_git: bool = False

    @property
    def lowest(self) -> int:
        """The smallest share of the candidate over all rules and routes."""
        return (self.weight or 0) if self.least is None else self.least


def together(routes: Sequence[Route]) -> Route | None:
    """Several routes as one: confirmed when all are, as far as the slowest is."""
    if len(routes) < 2:
        return routes[0] if routes else None

    unsure = next((route for route in routes if not route.confirmed), routes[0])
    return Route(
        weight=max((route.weight or 0) for route in routes),
        least=min(route.lowest for route in routes),
        written=max((route.written for route in routes if route.written), key=lambda written: written[1], default=None),
        confirmed=all(route.confirmed for route in routes),
        confirmed_for=min(route.confirmed_for for route in routes),
        silent_for=max(route.silent_for for route in routes),
        sentence=unsure.sentence,
        attached=all(route.attached for route in routes),
        lost=any(route.lost for route in routes),
        touched=any(route.touched for route in routes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The Deployment that a Release takes over, as found. `emptied` counts how often we scaled it to 0."""

    name: str = ""
    replicas: int = 0
    available: int = 0
    paused: bool = False
    current: bool = True
    taken_over: bool = False
    was_replicas: int = 0
    emptied: int = 0
    owned_by: str = ""
    held: bool = False
    attached_pods: int = 0

    @property
    def contested(self) -> bool:
        """Scaled up again by someone after two tries: there is no third."""
        return self.replicas > 0 and self.emptied >= TRIES


TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the judge found: at most one of the first three; `passed` counts only since the step settled."""

    breach: bool = False
    no_data: bool = False
    unavailable: bool = False
    passed: bool = False
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """What someone must mend before the rollout may go forward."""

    reason: Reason
    sentence: str
    again: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One look. `target` is the revision of the declared template.

    `uncompared` are revisions that it may turn out to be, once the API server's defaults are in it.
    """

    now: datetime
    target: str
    replicas: int
    plan: Plan
    progress: Progress
    sides: tuple[Side, ...] = ()
    services: Services = Services()
    route: Route | None = None
    several: tuple[Route, ...] = ()
    evidence: Evidence = Evidence()
    asks: Asks = NOTHING_ASKED
    suspension: Suspension = Suspension.NONE
    blocked: Blocked | None = None
    deleting: bool = False
    finalizer: bool = False
    workload: Workload | None = None
    least_size: int = 0
    surplus: tuple[str, ...] = ()
    uncompared: frozenset[str] = frozenset()

    @property
    def stable(self) -> Side:
        return self.side(self.progress.stable or "")

    @property
    def candidate(self) -> Side:
        return self.side(self.progress.candidate or "")

    @property
    def step(self) -> Step:
        return self.plan.steps[min(self.progress.step, self.plan.last)]

    @property
    def full_size(self) -> int:
        """Stable's floor: the greatest size declared since the rollout began."""
        return max(self.replicas, self.progress.full_size)

    @property
    def weight(self) -> int:
        """The candidate's live share; 0 where there is no route, or it is not ours."""
        return (self.route.weight or 0) if self.route else 0

    @property
    def lowest_weight(self) -> int:
        """The candidate's smallest live share over all routes: a raise is done when this one is."""
        return self.route.lowest if self.route else 0

    @property
    def routes(self) -> tuple[Route, ...]:
        """Each route by itself; `route` is all of them as one."""
        return self.several or ((self.route,) if self.route else ())

    @property
    def suspended(self) -> bool:
        return self.suspension is not Suspension.NONE

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

    def since(self, instant: datetime | None) -> timedelta:
        return self.now - instant if instant else NO_TIME
