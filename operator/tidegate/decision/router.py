"""Waiting for the router, in whatever phase: ordinary at first, and told with its reason when it lasts."""

from datetime import timedelta

from .decision import Decision, hold
from .plan import NO_TIME
from .reasons import Reason
from .snapshot import Snapshot

ROUTER_PATIENCE = timedelta(seconds=30)


def unconfirmed(seen: Snapshot, reason: Reason, sentence: str) -> Decision | None:
    """Hold while the route is not confirmed: as `reason` at first, as RouterSilent after half a minute.

    One that is lost confirms nothing until somebody mends it.
    """
    lost = next((route for route in seen.routes if route.lost), None)
    return hold(seen, Reason.ROUTE_MISSING, lost.sentence) if lost else _unheard(seen, reason, sentence)


def unserved(seen: Snapshot, reason: Reason, sentence: str) -> Decision | None:
    """The same for what goes back: it waits for what is there, and for nobody to mend what is lost."""
    route = seen.route
    if route is None or (route.lost and not route.silent_for):
        return None

    return _unheard(seen, reason, sentence)


def _unheard(seen: Snapshot, reason: Reason, sentence: str) -> Decision | None:
    route = seen.route
    if route is not None and route.confirmed:
        return None

    silent = route.silent_for if route else NO_TIME
    if silent >= ROUTER_PATIENCE:
        return hold(seen, Reason.ROUTER_SILENT, f"the gateway does not confirm the route: {_sentence(seen)}")

    return hold(seen, reason, sentence, ROUTER_PATIENCE - silent)


def _sentence(seen: Snapshot) -> str:
    """What the most silent of the routes says of itself."""
    silent = max(seen.routes, key=lambda route: route.silent_for, default=None)
    return silent.sentence if silent else "there is no route"
