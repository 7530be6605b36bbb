"""What people ask for by annotation."""

from tidegate.api import Ask, Suspend
from tidegate.decision.progress import NOTHING_ASKED, Asks
from tidegate.watch import Object

NONCE_LENGTH = 256


def of(found: Object) -> Asks:
    """The asks on a Release; a nonce beyond its bound is cut, as its echo in the status would be."""
    annotations = found["metadata"].get("annotations") or {}
    return NOTHING_ASKED.adding(
        {ask: nonce[:NONCE_LENGTH] for ask in Ask if (nonce := annotations.get(ask.annotation))}
    )


def suspension(declared: Suspend, found: Object) -> Suspend:
    """The stricter of the spec and the annotation. A word that is no level is someone's wish to stop: all stops."""
    order = [level.value for level in Suspend]
    asked = of(found).suspend or Suspend.NONE.value
    levels = [declared.value, asked if asked in order else Suspend.ALL.value]
    return Suspend(max(levels, key=order.index))
