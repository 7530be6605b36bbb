"""Waiting for the router, in whatever phase: ordinary at first, and told with its reason when it lasts."""

from datetime import timedelta

from .decision import Decision, hold
from .plan import NO_TIME
from .reasons import Reason
from .route import Route
from .snapshot import Snapshot

ROUTER_PATIENCE = timedelta(seconds=30)


def unconfirmed(seen: Snapshot, reason: Reason, sentence: str) -> Decision | None:
    """Hold while the route is not confirmed: as `reason` at first, as RouterSilent after half a minute."""
    route = seen.route
    if route is not None and route.confirmed:
        return None

    silent = route.silent_for if route else NO_TIME
    if silent >= ROUTER_PATIENCE:
        return hold(seen, Reason.ROUTER_SILENT, f"the gateway does not confirm the route: {_sentence(route)}")

    return hold(seen, reason, sentence, ROUTER_PATIENCE - silent)


def _sentence(route: Route | None) -> str:
    return route.sentence if route else "there is no route"
