"""A Release's route as it was found, or several as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tidegate.api.noted import Written

from .plan import NO_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route as found, or several as one. `weight` is the candidate's greatest share, `least` its smallest.

    `weight` is None where the backends are not ours. An attached route is a user's: it is `lost` where it is
    missing or has no place for both weights, `touched` while a note of ours is on it, and `by_git` while its
    rules are owned by whoever owned them when the rollout began. Without a router the share is `by_pods`: it follows
    the pods that are ready, and nothing is written; with one pod a node so many change `at_once`.

    Beside its weight the candidate may get the requests that match (`matched`), or copies (`mirrored`), by what a step
    put on the route (`extended`), as the recorded step wants it or not yet (`planned`); a hand took some of it away
    (`hidden`), or added to it (`shown`). `ending`: what the last write noted of the rollout that it ended. `drift` is
    the first field of a route of ours that someone changed otherwise; `contested`: they do so again and again, as the
    owner of a user's route with its weights, and it is left to them for a while.
    """

    weight: int | None = 0
    least: int | None = None
    written: Written | None = None
    ending: str = ""
    current: bool = True
    confirmed: bool = True
    confirmed_for: timedelta = NO_TIME
    silent_for: timedelta = NO_TIME
    sentence: str = ""
    attached: bool = False
    lost: bool = False
    touched: bool = False
    by_git: bool = False
    by_pods: bool = False
    at_once: int = 0
    matched: bool = False
    mirrored: bool = False
    planned: bool = True
    extended: bool = False
    hidden: bool = False
    shown: bool = False
    drift: str = ""
    contested: bool = False

    @property
    def exposed(self) -> bool:
        """True while requests reach the candidate beside its weight."""
        return self.matched or self.mirrored

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
        written=max(
            (route.written for route in routes if route.written), key=lambda written: written.weight, default=None
        ),
        confirmed=all(route.confirmed for route in routes),
        confirmed_for=min(route.confirmed_for for route in routes),
        silent_for=max(route.silent_for for route in routes),
        sentence=unsure.sentence,
        attached=all(route.attached for route in routes),
        lost=any(route.lost for route in routes),
        touched=any(route.touched for route in routes),
        matched=any(route.matched for route in routes),
        mirrored=any(route.mirrored for route in routes),
    )
