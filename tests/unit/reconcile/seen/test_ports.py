"""Which revision a port came with decides whose pods are served at it."""

import json
from typing import Any

import pytest

from tests.unit.reconcile.stores import made, world_of
from tidegate.api.traffic import Service
from tidegate.decision.progress import Progress
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.ports import Ports, ports_of
from tidegate.reconcile.seen.stored import Stored
from tidegate.workloads import Owner

OWNER = Owner(name="web", namespace="shop", uid="1")


def noted(port: int | str, *names: str) -> dict[str, Any]:
    return {**made("any", annotations={"tidegate.dev/target-port": json.dumps(port)}), "ports": names}


def look(
    declared: int | str,
    target: str,
    *,
    recorded: dict[str, str] | None = None,
    candidate: str | None = None,
    lost: bool = False,
    **revisions: dict[str, Any],
) -> Ports:
    """The ports of a Release whose stable revision is v1."""
    status: dict[str, Any] = {} if lost else {"phase": "Promoted", "targetPort": recorded}
    stored = Stored(
        found={"status": status},
        owner=OWNER,
        replica_sets=revisions,
        progress=Progress(stable="v1", candidate=candidate),
    )
    return ports_of(stored, Service(port=80, target_port=declared), world_of(kinds.SERVICES), target=target)


V1, V2 = noted(8080), noted(9090)
CAME_WITH_V2 = {"declared": "9090", "revision": "v2"}
CASES: dict[str, tuple[Ports, str, int]] = {
    "edited alone at rest, stable's": (look(9090, "v1", v1=V1), "v1", 9090),
    "with another template, stable keeps its own": (look(9090, "v2", v1=V1), "v1", 8080),
    "with another template, the candidate's": (look(9090, "v2", v1=V1), "v2", 9090),
    "the template taken back alone": (look(9090, "v1", recorded=CAME_WITH_V2, v1=V1, v2=V2), "v1", 8080),
    "and the port edited again": (look(7070, "v1", recorded=CAME_WITH_V2, v1=V1, v2=V2), "v1", 7070),
    "the status lost with that": (look(9090, "v1", lost=True, v1=V1, v2=V2), "v1", 8080),
    "nobody knows which template is declared": (look(9090, "", v1=V1), "v1", 8080),
    "an older template declared again alone": (look(8080, "v2", v1=V1, v2=V2), "v2", 9090),
    "edited twice within a turn of a rollout": (look(8080, "v2", candidate="v2", v1=V1, v2=V2), "v2", 8080),
}


@pytest.mark.parametrize(("ports", "revision", "port"), CASES.values(), ids=CASES)
def test_a_revision_is_served_at_the_port_that_came_with_it(ports: Ports, revision: str, port: int) -> None:
    assert ports.at(revision) == port


def test_a_name_that_no_container_has_is_not_taken() -> None:
    assert look("htpp", "v1", v1=noted("http", "http")).at("v1") == "http"
    assert look("more", "v1", v1=noted("http", "http", "more")).at("v1") == "more"


def test_only_what_the_next_look_would_not_find_is_recorded() -> None:
    assert look(8080, "v1", v1=V1).recorded("v1", "v1") is None
    assert look(8080, "v2", v1=V1).recorded("v1", "v2") is None
    assert look(9090, "v2", v1=V1).recorded("v1", "v2") == CAME_WITH_V2
    assert look(8080, "v2", v1=V1, v2=V2).recorded("v1", "v2") == {"declared": "8080", "revision": "v1"}
