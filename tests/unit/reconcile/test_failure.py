"""A turn that fails again and again is said of its one Release: in an Event, in its status, and as a number."""

import asyncio
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from tests.unit.clients.test_kube import served
from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.test_status import status
from tidegate.api.names import API_VERSION, LABEL_RELEASE, LABEL_REVISION
from tidegate.clients import Conflict, Forbidden, Http, Invalid, Kind, Kube, Unavailable
from tidegate.decision import Phase
from tidegate.decision.progress import Asks
from tidegate.decision.reasons import Reason
from tidegate.handlers.exposition import Rollouts
from tidegate.reconcile import kinds
from tidegate.reconcile.failure import TOLD_FROM, refusal_of, sentence_of, tell_of_failure
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Key

KEY = Key("shop", "web")
RECORDED = status(at_first_step())
NOTHING: Mapping[Kind, dict[str, Any]] = {}
OWNED = [{"apiVersion": API_VERSION, "kind": "Release", "name": "web", "uid": "u", "controller": True}]
OURS = {"namespace": "shop", "resourceVersion": "1", "ownerReferences": OWNED}
LIVE: Mapping[Kind, dict[str, Any]] = {
    kinds.REPLICA_SETS: {
        "metadata": {"name": "web-v1", "uid": "r", "labels": {LABEL_RELEASE: "web", LABEL_REVISION: "v1"}, **OURS}
    },
    kinds.SERVICES: {
        "metadata": {"name": "web-stable", "uid": "s", "labels": {LABEL_RELEASE: "web"}, **OURS},
        "spec": {"selector": {LABEL_REVISION: "v1"}},
    },
}


def release(version: int, recorded: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "shop", "uid": "u", "resourceVersion": str(version), "generation": 9}
    return {
        "apiVersion": "tidegate.dev/v1alpha1",
        "kind": "Release",
        "metadata": metadata,
        "spec": {},
        "status": recorded,
    }


@dataclass(slots=True)
class Server:
    """An API server with one Release, which keeps what is written; with `status` it refuses all of that."""

    refuses: int = 0
    written: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        if request.path.endswith("/events"):
            self.events.append(body)
            return web.json_response(body)

        self.written.append(body["status"])
        if self.refuses:
            return web.json_response({"kind": "Status", "message": "no"}, status=self.refuses)

        return web.json_response(release(100 + len(self.written), {**RECORDED, **body["status"]}))


async def failing(
    server: Server,
    error: Exception,
    *,
    times: int,
    recorded: dict[str, Any] = RECORDED,
    live: Mapping[Kind, dict[str, Any]] = NOTHING,
) -> float | None:
    """Let so many turns fail one after the other; the number of failed turns that is told while the last one does."""
    async with served(server.answer) as kube:
        world = await world_of(kube, recorded)
        for kind, found in live.items():
            world.keep(kind, copy.deepcopy(found))

        told: list[float] = []

        async def turn(key: Key) -> None:
            if len(told) == times:
                world.queue.stop()
                return

            told.append(0)
            raise error

        failed = partial(tell_of_failure, world=world)

        async def told_of(key: Key, error: Exception) -> None:
            await failed(key, error)
            told[-1] = failed_turns(world)
            world.queue.mark(key)

        events = asyncio.create_task(world.recorder.run())
        world.queue.mark(KEY)
        await asyncio.wait_for(world.queue.work(turn, failed=told_of), 10)
        await asyncio.sleep(0.1)
        events.cancel()
        assert failed_turns(world) == 0
        return told[-1]


async def world_of(kube: Kube, recorded: dict[str, Any]) -> World:
    http = Http()
    await http.close()
    world = World(kube, http, http, lambda: 15.0, Telemetry(), reporter="test", scope=Scope())
    world.keep(kinds.RELEASES, release(1, recorded))
    return world


def failed_turns(world: World) -> float:
    found = next(family for family in Rollouts(world).collect() if family.name == "tidegate_release_failed_turns")
    return sum(
        sample.value for sample in found.samples if (sample.labels["namespace"], sample.labels["release"]) == KEY
    )


async def test_it_is_said_once_in_the_status_and_in_a_warning_however_often_it_fails() -> None:
    server = Server()

    assert await failing(server, KeyError("spec"), times=TOLD_FROM + 20) == TOLD_FROM + 20

    (written,), (event,) = server.written, server.events
    assert (written["reason"], event["reason"], event["type"]) == ("TurnFails", "TurnFails", "Warning")
    assert "KeyError: 'spec'" in written["message"]
    assert event["note"] == written["message"]
    assert {"type": "Stalled", "status": "True"}.items() <= written["conditions"][-1].items()


async def test_the_record_of_the_rollout_and_the_generation_it_is_of_stay() -> None:
    server = Server()
    await failing(server, KeyError("spec"), times=TOLD_FROM)

    assert server.written[0].keys() == {"reason", "message", "conditions", "rollout"}


async def test_its_clocks_stand_from_the_word_of_it() -> None:
    server = Server()
    await failing(server, KeyError("spec"), times=TOLD_FROM)

    assert server.written[0]["rollout"].keys() == {"stoppedSince"}


@pytest.mark.parametrize("error", [Conflict(409, "newer", call="PATCH x"), Unavailable(503, "down", call="PATCH x")])
async def test_what_heals_by_itself_is_only_counted(error: Exception) -> None:
    server = Server()

    assert await failing(server, error, times=TOLD_FROM + 1) == TOLD_FROM + 1
    assert not server.written + server.events


async def test_a_race_that_is_lost_a_few_times_is_not_told() -> None:
    server = Server()
    await failing(server, KeyError("spec"), times=TOLD_FROM - 1)

    assert not server.written + server.events


async def test_a_new_release_is_told_of_too_as_one_that_waits() -> None:
    server = Server()
    await failing(server, KeyError("spec"), times=TOLD_FROM + 20, recorded={})

    (written,), (event,) = server.written, server.events
    assert (written["phase"], written["reason"], written["observedGeneration"]) == ("Pending", "TurnFails", 9)
    assert "KeyError: 'spec'" in event["note"]


async def test_of_a_status_that_is_lost_what_nobody_may_forget_is_written_with_it() -> None:
    server = Server()
    await failing(server, KeyError("spec"), times=TOLD_FROM, recorded={}, live=LIVE)

    assert server.written[0]["stable"] == {"revision": "v1"}
    assert server.written[0]["phase"] == "Pending"


async def test_a_status_that_cannot_be_written_ends_no_worker() -> None:
    server = Server(refuses=422)
    await failing(server, KeyError("spec"), times=TOLD_FROM + 1)

    assert (len(server.written), len(server.events)) == (1, 1)


HOOK = Unavailable(500, "failed calling webhook", call="PATCH /httproutes/web")


@pytest.mark.parametrize("turns", [1, 2], ids=["as it is decided", "as it goes on"])
def test_a_refused_rollback_is_told_with_its_reason_and_what_refuses_it(turns: int) -> None:
    world = at_first_step()
    world.evidence = BREACH
    for _ in range(turns):
        before, decision = world.progress, world.turn()

    refused = refusal_of(decision, before, HOOK)

    assert refused is not None
    assert (refused.progress.phase, refused.reason) == (Phase.ROLLING_BACK, Reason.OBJECTIVE_BREACHED)
    assert refused.sentence == f"{BREACH.sentence}; not done yet: {HOOK.told}"
    assert refused.progress.history[0].sentence == BREACH.sentence
    assert not refused.actions


def test_a_refused_abort_is_told_as_handled() -> None:
    world = at_first_step()
    world.asks = Asks(abort="1")

    refused = refusal_of(world.turn(), world.progress, HOOK)

    assert refused is not None
    assert (refused.reason, refused.progress.handled.abort) == (Reason.ABORTED, "1")


def test_what_is_refused_of_a_step_forward_is_no_rollback() -> None:
    world = at_first_step()

    assert refusal_of(world.turn(), world.progress, HOOK) is None


async def test_a_rollback_that_says_what_refuses_it_is_not_told_as_a_turn_that_fails() -> None:
    denied = Forbidden(403, "denied by a webhook", call="PATCH /httproutes/web")
    recorded = {**RECORDED, "phase": "RollingBack", "reason": "Aborted", "message": f"aborted; {denied.told}"}
    server = Server()

    await failing(server, denied, times=TOLD_FROM, recorded=recorded)

    assert not server.written + server.events


def test_a_call_without_an_answer_is_told_as_such() -> None:
    error = Unavailable(0, "TimeoutError", call="PATCH /x")

    assert error.told == "the API server does not answer PATCH /x: TimeoutError"


def test_a_refused_call_is_told_in_the_servers_words() -> None:
    assert sentence_of(Invalid(422, "spec.x: no", call="PATCH /x")) == "the API server refuses PATCH /x: spec.x: no"
