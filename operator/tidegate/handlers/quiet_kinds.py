"""kopf's part: it watches kinds that change rarely and are slow to act on. Loaded only in its own thread."""

import threading
from typing import Any

import kopf

from tidegate.api.names import GROUP, VERSION
from tidegate.clients import Credentials, session_for

from .source_checks import Changed

IDENTITY = "tidegate"
REQUEST_SECONDS = 10


async def operate(who: Credentials, changed: Changed, namespaces: tuple[str, ...], stop: threading.Event) -> None:
    """Watch the metric sources of these namespaces, or of all, and of the cluster, until `stop` is set."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.AiohttpSession:
        """A new session each time: kopf closes the old one when the server refuses its token."""
        session = session_for(who, headers=who.headers())
        return kopf.AiohttpSession(server=who.server, default_namespace=who.namespace, aiohttp_session=session)

    @kopf.on.event(GROUP, VERSION, "metricsources", registry=registry)
    @kopf.on.event(GROUP, VERSION, "clustermetricsources", registry=registry)
    async def source_changed(body: kopf.Body, **_: Any) -> None:
        changed(body["kind"], body.metadata.namespace or "", body.metadata.name or "")

    # By itself kopf asks for the user's name, and in a container there is none.
    who_and_where: dict[str, Any] = {"identity": IDENTITY, **where(namespaces)}
    await kopf.operator(registry=registry, settings=_settings(), standalone=True, stop_flag=stop, **who_and_where)


def where(namespaces: tuple[str, ...]) -> dict[str, Any]:
    """What kopf is told to watch."""
    return {"namespaces": namespaces} if namespaces else {"clusterwide": True}


def _settings() -> kopf.OperatorSettings:
    """Kopf writes nothing, and watches only what it is asked to."""
    settings = kopf.OperatorSettings()
    settings.persistence.diffbase_storage = _NoDiff()
    settings.persistence.progress_storage = _NoProgress()
    settings.posting.enabled = False
    settings.scanning.disabled = True
    settings.networking.request_timeout = REQUEST_SECONDS
    return settings


class _NoDiff(kopf.DiffBaseStorage):
    """Keeps nothing: no annotations of kopf's on users' objects."""

    def build(self, **_: Any) -> Any:
        return {}

    def fetch(self, **_: Any) -> None:
        return None

    def store(self, **_: Any) -> None:
        return None


class _NoProgress(kopf.ProgressStorage):
    """Keeps nothing."""

    def fetch(self, **_: Any) -> None:
        return None

    def store(self, **_: Any) -> None:
        return None

    def purge(self, **_: Any) -> None:
        return None

    def touch(self, **_: Any) -> None:
        return None

    def clear(self, *, essence: Any) -> Any:
        return essence
