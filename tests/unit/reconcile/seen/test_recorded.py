"""A lost status is rebuilt from what is live."""

from typing import Any

from tidegate.api.names import LABEL_HANDED_OVER, LABEL_REVISION
from tidegate.clients import Credentials, Http, Kube
from tidegate.decision.progress import Progress
from tidegate.reconcile import kinds
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.seen.recorded import recorded
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.workloads import Owner

OWNER = Owner(name="web", namespace="shop", uid="1")
REVISIONS = {name: {"metadata": {"name": f"web-{name}"}, "spec": {"replicas": 2}} for name in ("a", "b")}


def service(name: str, revision: str, *, owned: bool = True) -> dict[str, Any]:
    references = [OWNER.reference()] if owned else []
    metadata = {"name": name, "namespace": "shop", "uid": name, "resourceVersion": "1", "ownerReferences": references}
    return {"metadata": metadata, "spec": {"selector": {LABEL_REVISION: revision}}}


def handed_over(name: str, **selector: str) -> dict[str, Any]:
    """A Service that was ours and selects what a deleted Release gave it to, or left with it."""
    metadata = {"name": name, "namespace": "shop", "uid": name, "resourceVersion": "1"}
    return {"metadata": {**metadata, "labels": {LABEL_HANDED_OVER: "web"}}, "spec": {"selector": selector}}


async def stable_by(*services: dict[str, Any]) -> str | None:
    """The stable revision that a Release without a status has, where these Services are there."""
    return (await rebuilt(*services)).stable


async def rebuilt(*services: dict[str, Any], **metadata: str) -> Progress:
    """The record of a Release without a status."""
    kube, http = Kube(Credentials(server="http://none", namespace="tidegate", tls=None)), Http()
    world = World(kube, http, http, lambda: 0.0, Telemetry(), reporter="test", scope=Scope())
    for found in services:
        world.store(kinds.SERVICES).put(found)

    await kube.close()
    await http.close()
    found = {"metadata": {"name": "web", "namespace": "shop", **metadata}, "spec": b"{}"}
    return recorded(found, OWNER, world, REVISIONS)


async def test_the_stable_service_tells_which_revision_is_served() -> None:
    assert await stable_by(service("web-stable", "b"), service("web", "a")) == "b"


async def test_the_releases_own_service_tells_it_where_the_stable_one_is_lost() -> None:
    assert await stable_by(service("web", "b"), service("web-candidate", "a")) == "b"


async def test_a_users_service_tells_nothing() -> None:
    assert await stable_by(service("web", "b", owned=False)) is None


async def test_services_that_a_deployment_has_back_are_not_lost_while_the_release_is_deleted() -> None:
    given = handed_over("web-stable", app="web")

    assert (await rebuilt(given, deletionTimestamp="2026-01-01T00:00:00Z")).handed_over_at is not None
    assert (await rebuilt(given)).handed_over_at is None


async def test_services_that_were_left_with_their_pods_are_taken_again() -> None:
    left = handed_over("web-stable", **{LABEL_REVISION: "a"})

    found = await rebuilt(left, deletionTimestamp="2026-01-01T00:00:00Z")

    assert (found.stable, found.handed_over_at) == ("a", None)
