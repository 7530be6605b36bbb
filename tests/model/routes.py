"""The route of the small models: what a write makes of it, and whether it is as the recorded step wants it."""

from tests.model.amend import amended
from tidegate.api.noted import Written
from tidegate.decision.actions import SetWeight, WriteRoute
from tidegate.decision.plan import FULL, Plan
from tidegate.decision.progress import Phase, Progress
from tidegate.decision.route import Route

ENDING = frozenset({Phase.PROMOTING, Phase.ROLLING_BACK})


def wants_matches(progress: Progress, plan: Plan) -> bool:
    """True while the recorded step of a rollout sends requests that match to the candidate."""
    running = progress.candidate is not None and progress.stable is not None and progress.phase not in ENDING
    return running and plan.steps[min(progress.step, plan.last)].match


def written(before: Route | None, action: SetWeight | WriteRoute, *, wanted: bool, confirmed: bool) -> Route:
    """The route after a write: a raise brings what the step wants, anything else keeps or takes back what is live."""
    live = before is not None and before.matched
    match action:
        case SetWeight(raising=True):
            matched, extended = wanted, wanted
        case SetWeight(keep=keep):
            matched, extended = keep and live, before is not None and before.extended
        case WriteRoute(exposed=exposed):
            matched, extended = exposed and live, exposed and live

    attached = before is not None and before.attached
    return Route(
        weight=action.weight,
        written=Written(action.revision, action.weight),
        ending=action.ending if isinstance(action, SetWeight) else "",
        confirmed=confirmed,
        matched=matched and action.weight < FULL,
        extended=extended,
        attached=attached,
        touched=attached,
    )


def restored(before: Route | None) -> Route | None:
    """A user's route as it was found, without a note of ours."""
    return Route(confirmed=False, attached=True) if before is not None and before.attached else before


def judged_by_plan(route: Route | None, *, wanted: bool) -> Route | None:
    """The same route, and whether it is as the recorded step wants it."""
    if route is None:
        return None

    beside = route.matched == wanted or route.weight == FULL
    return amended(route, planned=beside and (wanted or not route.extended))
