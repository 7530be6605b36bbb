"""One watch for all instants: every change of routes, pods and Releases, stamped on one clock as it arrives."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from urllib3.exceptions import ProtocolError

from tests.cluster.api import PODS, RELEASES, ROUTES, Api, Object, Resource

WATCHED = (ROUTES, PODS, RELEASES)
FOLLOW_SECONDS = 3600.0
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Instant:
    """An object as it was seen, and when."""

    at: float
    kind: str
    object: Object


@dataclass(slots=True)
class Clock:
    """Keeps everything that was seen; it is looked at every 50 ms."""

    api: Api
    seen: list[Instant] = field(default_factory=list)
    latest: dict[tuple[str, str, str], Instant] = field(default_factory=dict)

    def start(self) -> None:
        """Watch from a thread for each kind."""
        for kind in WATCHED:
            threading.Thread(target=self._follow, args=(kind,), daemon=True).start()

    def clear(self) -> None:
        """Forget what was seen: a new question begins."""
        self.seen.clear()

    def wait(self, done: Callable[[list[Instant]], object], seconds: float) -> None:
        """Wait until what was seen is enough. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while not done(self.seen[:]):
            if time.monotonic() > end:
                message = f"not seen within {seconds:g} s"
                raise TimeoutError(message)

            # Instants are stamped as they arrive: looking rarely costs the stand little, and no precision.
            time.sleep(LOOK_SECONDS)

    def _follow(self, kind: Resource) -> None:
        # The stand is taken down at the end of a question, and the watch with it.
        with contextlib.suppress(ProtocolError):
            for found in self.api.changes(kind, None, FOLLOW_SECONDS):
                instant = Instant(time.time(), kind.plural, found)
                self.seen.append(instant)
                self.latest[kind.plural, *key_of(found)] = instant


def weight_of(found: Object) -> int:
    """The candidate's weight on a route."""
    weight: int = found["spec"]["rules"][0]["backendRefs"][1]["weight"]
    return weight


def key_of(found: Object) -> tuple[str, str]:
    """Namespace and name."""
    return found["metadata"]["namespace"], found["metadata"]["name"]


def available(found: Object) -> bool:
    """True for a pod that is Ready."""
    states = (found.get("status") or {}).get("conditions") or ()
    return any(state["type"] == "Ready" and state["status"] == "True" for state in states)
