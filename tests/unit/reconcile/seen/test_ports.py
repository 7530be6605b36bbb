"""Which revision a port came with decides whose pods are served at it."""

from typing import Any

import pytest

from tests.unit.reconcile.stores import made, world_of
from tidegate.api.traffic import Service
from tidegate.decision.progress import Progress
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.ports import Ports, note_of, ports_of
from tidegate.reconcile.seen.stored import Stored
from tidegate.workloads import Owner, PodPort

OWNER = Owner(name="web", namespace="shop", uid="1")


def noted(port: int | str, *names: str, speaks: str | None = None) -> dict[str, Any]:
    note = note_of(PodPort(port, speaks))
    return {**made("any", annotations={"tidegate.dev/target-port": note}), "ports": names}


def look(
    declared: int | str,
    target: str,
    *,
    recorded: dict[str, str] | None = None,
    candidate: str | None = None,
    lost: bool = False,
    speaks: str | None = None,
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
    return ports_of(
        stored, Service(port=80, target_port=declared, app_protocol=speaks), world_of(kinds.SERVICES), target=target
    )


H2C = "kubernetes.io/h2c"
V1, V2, CALLS = noted(8080), noted(9090), noted(8080, speaks=H2C)
READABLE = {"8080", '"http"', '[8080, "kubernetes.io/h2c"]'}
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
    assert ports.at(revision) == PodPort(port)


def test_what_pods_speak_comes_with_their_revision_as_their_port_does() -> None:
    http, calls = PodPort(8080), PodPort(8080, H2C)
    rollout = look(8080, "v2", speaks=H2C, v1=V1)
    reverted = look(8080, "v1", speaks=H2C, recorded={"declared": str(calls), "revision": "v2"}, v1=V1, v2=CALLS)

    assert (rollout.at("v1"), rollout.at("v2")) == (http, calls)
    assert rollout.recorded("v1", "v2") == {"declared": "8080 (kubernetes.io/h2c)", "revision": "v2"}
    assert (reverted.at("v1"), reverted.edited("v1")) == (http, "appProtocol")
    assert look(8080, "v1", speaks=H2C, v1=V1).at("v1") == calls
    assert look(8080, "v1", v1=CALLS).at("v1") == http


@pytest.mark.parametrize("note", ["8080", '"http"', '[8080, "kubernetes.io/h2c"]', "", "[8080]", "{}", "null"])
def test_a_note_is_read_as_it_was_written_and_a_garbled_one_is_none(note: str) -> None:
    found = look(9090, "v2", v1={**made("any", annotations={"tidegate.dev/target-port": note}), "ports": ()})

    kept = found.had.get("v1")
    assert (note_of(kept) if kept else None) == (note if note in READABLE else None)


def test_a_name_that_no_container_has_is_not_taken() -> None:
    assert look("htpp", "v1", v1=noted("http", "http")).at("v1") == PodPort("http")
    assert look("more", "v1", v1=noted("http", "http", "more")).at("v1") == PodPort("more")


def test_only_what_the_next_look_would_not_find_is_recorded() -> None:
    assert look(8080, "v1", v1=V1).recorded("v1", "v1") is None
    assert look(8080, "v2", v1=V1).recorded("v1", "v2") is None
    assert look(9090, "v2", v1=V1).recorded("v1", "v2") == CAME_WITH_V2
    assert look(8080, "v2", v1=V1, v2=V2).recorded("v1", "v2") == {"declared": "8080", "revision": "v1"}
