"""What people ask for by annotation."""

from tidegate.api import Suspend, names
from tidegate.decision.progress import Asks
from tidegate.watch import Object

NAMES = {
    "promote": names.ASK_PROMOTE,
    "promote_full": names.ASK_PROMOTE_FULL,
    "abort": names.ASK_ABORT,
    "retry": names.ASK_RETRY,
    "skip_step": names.ASK_SKIP_STEP,
    "suspend": names.ASK_SUSPEND,
    "undo": names.ASK_UNDO,
    "restart": names.ASK_RESTART,
}
NONCE_LENGTH = 256


def of(found: Object) -> Asks:
    """The asks on a Release; a nonce beyond its bound is cut, as its echo in the status would be."""
    annotations = found["metadata"].get("annotations") or {}
    return Asks(
        **{what: annotations[name][:NONCE_LENGTH] if annotations.get(name) else None for what, name in NAMES.items()}
    )


def suspension(declared: Suspend, found: Object) -> Suspend:
    """The stricter of the spec and the annotation. A word that is no level is someone's wish to stop: all stops."""
    order = [level.value for level in Suspend]
    asked = of(found).suspend or Suspend.NONE.value
    levels = [declared.value, asked if asked in order else Suspend.ALL.value]
    return Suspend(max(levels, key=order.index))
