"""The thread that kopf lives in: a loop of its own, started again where it dies. Its death ends nothing else."""

import asyncio
import sys
import threading

import structlog

from tidegate.clients import Credentials

from .source_checks import Changed

AGAIN_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Shell:
    """Runs kopf until stopped. `changed` is called in the loop that made the Shell."""

    def __init__(self, who: Credentials, changed: Changed, namespaces: tuple[str, ...]) -> None:
        self._who = who
        self._namespaces = namespaces
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kopf", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask kopf to end; nobody waits for it."""
        self._stop.set()

    def _run(self) -> None:
        # kopf would load the whole client library if it found it: 20 MB and half a second.
        sys.modules.setdefault("kubernetes", None)  # type: ignore[arg-type]
        from .quiet_kinds import operate

        while not self._stop.is_set():
            try:
                asyncio.run(operate(self._who, self._tell, self._namespaces, self._stop))
            except Exception as error:
                log.exception("kopf ended", error=str(error) or type(error).__name__)

            self._stop.wait(AGAIN_SECONDS)

    def _tell(self, kind: str, namespace: str, name: str) -> None:
        """From kopf's thread into the loop where the checks and all writes are."""
        self._loop.call_soon_threadsafe(self._changed, kind, namespace, name)
