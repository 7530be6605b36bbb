"""A lost status is rebuilt from what is live."""

from typing import Any

from tidegate.api.names import LABEL_REVISION
from tidegate.clients import Credentials, Http, Kube
from tidegate.reconcile import kinds
from tidegate.reconcile.recorded import recorded
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.workloads import Owner

OWNER = Owner(name="web", namespace="shop", uid="1")
REVISIONS = {name: {"metadata": {"name": f"web-{name}"}, "spec": {"replicas": 2}} for name in ("a", "b")}


def service(name: str, revision: str, *, owned: bool = True) -> dict[str, Any]:
    references = [OWNER.reference()] if owned else []
    metadata = {"name": name, "namespace": "shop", "uid": name, "resourceVersion": "1", "ownerReferences": references}
    return {"metadata": metadata, "spec": {"selector": {LABEL_REVISION: revision}}}


async def stable_by(*services: dict[str, Any]) -> str | None:
    """The stable revision that a Release without a status has, where these Services are there."""
    kube, http = Kube(Credentials(server="http://none", namespace="tidegate", tls=None)), Http()
    world = World(kube, http, http, lambda: 0.0, Telemetry(), reporter="test", scope=Scope())
    for found in services:
        world.store(kinds.SERVICES).put(found)

    await kube.close()
    await http.close()
    return recorded({"metadata": {"name": "web", "namespace": "shop"}}, OWNER, world, REVISIONS).stable


async def test_the_stable_service_tells_which_revision_is_served() -> None:
    assert await stable_by(service("web-stable", "b"), service("web", "a")) == "b"


async def test_the_releases_own_service_tells_it_where_the_stable_one_is_lost() -> None:
    assert await stable_by(service("web", "b"), service("web-candidate", "a")) == "b"


async def test_a_users_service_tells_nothing() -> None:
    assert await stable_by(service("web", "b", owned=False)) is None
