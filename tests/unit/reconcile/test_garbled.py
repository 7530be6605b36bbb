"""No text that a person garbles keeps a rollout from its rollback: it is no text of ours, and is told as such."""

import asyncio
import copy
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.garbled import JSON_TEXTS, TEXTS
from tests.unit.decision.test_decide import at_first_step
from tests.unit.decision.test_status import status
from tests.unit.reconcile.seen.test_sides import empty_world
from tests.unit.routers.test_contract import users
from tidegate.api import names
from tidegate.decision import Phase, decide
from tidegate.decision.progress import Asks
from tidegate.decision.recorded import progress_of
from tidegate.decision.snapshot import Snapshot
from tidegate.reconcile import kinds
from tidegate.reconcile.observe import observe
from tidegate.watch import Key

Place = tuple[str | int, ...]
KEY = Key("shop", "web")
SPEC: dict[str, Any] = {
    "replicas": 4,
    "template": {"spec": {"containers": [{"name": "web", "image": "web:2"}]}},
    "service": {"port": 80},
    "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
    "steps": [{"name": "first", "weight": 20}, {"name": "full", "weight": 100}],
}
OWNED = [{"apiVersion": names.API_VERSION, "kind": "Release", "name": "web", "uid": "u", "controller": True}]
RECORDED = status(at_first_step())
STARTED = RECORDED["rollout"]["startedAt"]
WORLD = asyncio.run(empty_world())
TRIMS = {watched.kind.kind: (watched.kind, watched.trim, watched.index) for watched in kinds.WATCHED}
VERSIONS = itertools.count(1)
ANY = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
NOTES = sorted(text for name, text in vars(names).items() if name.startswith("ANNOTATION_"))
ASKS = sorted(text for name, text in vars(names).items() if name.startswith("ASK_"))


def metadata(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "namespace": "shop", "uid": "u", "resourceVersion": str(next(VERSIONS)), **more}


def candidate(**notes: str) -> dict[str, Any]:
    """The candidate's ReplicaSet, with these annotations."""
    labels = {names.LABEL_RELEASE: "web", names.LABEL_REVISION: "v2"}
    made = metadata("web-v2", labels=labels, annotations=notes, ownerReferences=OWNED, creationTimestamp=STARTED)
    return {"metadata": made, "spec": {"replicas": 1, "template": SPEC["template"]}, "status": {}}


def seen(
    notes: dict[str, str],
    recorded: dict[str, Any] = RECORDED,
    *,
    spec: dict[str, Any] = SPEC,
    asks: dict[str, str] | None = None,
) -> Snapshot:
    """What a turn sees of a rollout at its first step, of this declaration and with these asks."""
    made = metadata("web", generation=3, creationTimestamp=STARTED, annotations=asks)
    release = {"metadata": made, "spec": spec, "status": recorded}
    for kind, found in (("Release", release), ("ReplicaSet", candidate(**notes))):
        which, trim, _ = TRIMS[kind]
        WORLD.store(which).put(trim(copy.deepcopy(found)))

    WORLD.memories.clear()
    look = observe(KEY, WORLD)
    assert look is not None
    return look.snapshot


@ANY
@given(plan=TEXTS, started=TEXTS | st.just(STARTED))
def test_no_text_on_the_candidates_replica_set_stops_a_turn(plan: str, started: str) -> None:
    assert seen({names.ANNOTATION_PLAN: plan, names.ANNOTATION_STARTED: started}).progress.candidate == "v2"


@ANY
@given(plan=JSON_TEXTS)
def test_no_plan_on_the_candidates_replica_set_stops_a_turn(plan: str) -> None:
    decide(seen({names.ANNOTATION_PLAN: plan, names.ANNOTATION_STARTED: STARTED}))


def test_a_plan_that_cannot_be_read_blocks_with_its_annotation_and_what_to_do() -> None:
    look = seen({names.ANNOTATION_PLAN: "foo", names.ANNOTATION_STARTED: STARTED})

    assert look.blocked is not None
    assert names.ANNOTATION_PLAN in look.blocked.sentence
    assert "put it back, or abort" in look.blocked.sentence


def test_a_start_that_cannot_be_read_is_no_pin() -> None:
    look = seen({names.ANNOTATION_PLAN: "foo", names.ANNOTATION_STARTED: "foo"})

    assert look.side("v2").pinned_for is None
    assert look.plan.steps[0].weight == 20


@ANY
@given(st.data())
def test_no_instant_word_or_number_in_a_status_stops_a_turn(data: st.DataObject) -> None:
    rollout = {**RECORDED["rollout"], "waiting": {"hook": "h", "since": STARTED}}
    line = {"revision": "v0", "outcome": "Promoted", "reason": "Promoted", "startedAt": STARTED, "endedAt": STARTED}
    notice = {"hook": "h", "when": "AfterRollback", "revision": "v0", "startedAt": STARTED, "until": STARTED}
    status = {**RECORDED, "rollout": rollout, "history": [line], "notices": [notice], "handedOverAt": STARTED}
    garbled = data.draw(with_one_garbled(status))

    decide(seen({}, garbled))


def test_a_step_before_the_first_is_the_first() -> None:
    assert seen({}, put(RECORDED, ("step", "index"), -1)).progress.step == 0


@pytest.mark.parametrize("index", [2, 99, 2**31 - 1])
def test_a_step_beyond_the_last_is_the_first_with_its_gates_closed(index: int) -> None:
    beyond = put(RECORDED, ("step", "index"), index)
    opened = {**beyond, "rollout": {**RECORDED["rollout"], "opened": True, "saidYes": ["check"]}}

    progress = seen({}, opened).progress

    assert (progress.step, progress.opened, progress.said_yes, progress.settled_at) == (0, False, (), None)


def test_a_step_of_a_plan_that_cannot_be_read_stays_recorded() -> None:
    beyond = put(RECORDED, ("step", "index"), 3)
    look = seen({names.ANNOTATION_PLAN: "foo", names.ANNOTATION_STARTED: STARTED}, beyond)

    assert look.progress.step == 3
    assert look.blocked is not None


def with_one_garbled(status: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The status with another instant, number or word in one place: of its type still, as its schema has it."""
    places = list(leaves(status))
    return st.sampled_from(places).flatmap(
        lambda place: other(status, place).map(lambda text: put(status, place, text))
    )


def leaves(found: Any, *at: str | int) -> Iterator[Place]:
    """The places of all texts and numbers."""
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, part in inner:
        yield from leaves(part, *at, name)

    if isinstance(found, str | int):
        yield at


def other(found: Any, place: Place) -> st.SearchStrategy[Any]:
    for name in place:
        found = found[name]

    if place == ("phase",):
        return st.sampled_from([phase.value for phase in Phase])

    if isinstance(found, bool):
        return st.booleans()

    return st.integers(-(2**63), 2**63 - 1) if isinstance(found, int) else TEXTS | st.just("9999-12-31T00:00:00Z")


def put(found: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    whole = copy.deepcopy(found)
    part: Any = whole
    for name in place[:-1]:
        part = part[name]

    part[place[-1]] = value
    return whole


def test_a_status_without_what_is_unreadable_keeps_the_rest() -> None:
    line = {"revision": "v0", "outcome": "Promoted", "reason": "Promoted"}
    history = [{**line, "startedAt": "2026-01-01t00:00:00z"}, {**line, "startedAt": STARTED}]

    progress = progress_of({**RECORDED, "history": history})

    assert (progress.candidate, len(progress.history)) == ("v2", 2)


def test_an_ask_of_any_text_is_an_ask() -> None:
    assert progress_of({**RECORDED, "handled": {"abort": "\u0000foo"}}).handled == Asks(abort="\u0000foo")


@ANY
@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet", "ReplicaSet", "HTTPRoute", "Ingress", "Job"])
@given(text=TEXTS, note=st.sampled_from([*NOTES, "kubectl.kubernetes.io/last-applied-configuration"]))
def test_no_text_on_an_object_stops_the_watch_of_its_kind(kind: str, text: str, note: str) -> None:
    _, trim, index = TRIMS[kind]
    found = {**users("HTTPRoute"), "metadata": metadata("web", annotations={note: text}, creationTimestamp=STARTED)}
    found["spec"] = {**found["spec"], "template": SPEC["template"]}

    kept = trim(copy.deepcopy(found))

    assert all(isinstance(part, str) for key in (index(kept) if index else ()) for part in key)
