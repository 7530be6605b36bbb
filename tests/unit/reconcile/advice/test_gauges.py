"""What is usual is learned of stable's day, once; a source that does not tell it tells nothing."""

from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.unit.reconcile.advice.test_collected import look, world_with
from tidegate.api.objectives import Objective
from tidegate.api.query_variables import KNOWN
from tidegate.clients import Http
from tidegate.judge.unusual import LEAST_POINTS
from tidegate.judge.verdict import Measurement
from tidegate.metrics.prometheus import Prometheus
from tidegate.reconcile.advice.gauges import look_at_gauges
from tidegate.reconcile.memory import Measured
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source
from tidegate.telemetry import Telemetry

QUEUE = Objective.model_validate(
    {"name": "queue", "mode": "Advise", "query": {"promql": "queue{pod=~'$candidate_pods'}[$window]", "max": "1000"}}
)
DAY = {"metric": {}, "values": [[place, str(10 + place % 3)] for place in range(LEAST_POINTS)]}


async def looked(*series: dict[str, Any], objective: Objective = QUEUE, looks: int = 1) -> tuple[Measured, list[str]]:
    """What is known after some looks at a value of 500, and what the source was asked."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(await request.text())
        body = {"status": "success", "data": {"resultType": "matrix", "result": list(series)}}
        return web.Response(body=msgspec.json.encode(body))

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    seen, kept = look(await world_with(crashes=0)), Measured(("", ""))
    async with TestServer(application) as server:
        http = Http()
        translator = Prometheus(address=str(server.make_url("")).rstrip("/"))
        source, channel = Source(where="here", translator=translator, seconds=5), Channel(http, Telemetry())
        taken = [(objective, Measurement(taken_at=seen.snapshot.now, value=500.0))]
        for _ in range(looks):
            await look_at_gauges(seen, taken, kept, source, channel)

        await http.close()

    return kept, asked


async def test_the_day_before_the_first_weight_is_asked_once_with_stable_in_the_candidates_place() -> None:
    kept, asked = await looked(DAY, looks=3)

    advice = kept.gauges["queue"].advice
    assert advice is not None
    assert advice.sentence == "queue is 500: outside of what it was in the day before, 10 to 12"
    (form,) = map(parse_qs, asked)
    assert form["query"] == ["queue{pod=~'web-ncq8cdccvv-[a-z0-9]{5}'}[1m]"]
    assert (form["step"], float(form["end"][0]) - float(form["start"][0])) == (["60"], 86400)


async def test_the_past_is_asked_as_if_stable_were_the_candidate_and_had_no_weight() -> None:
    words = " ".join(f"${name}" for name in KNOWN)
    objective = Objective.model_validate({"name": "q", "mode": "Advise", "query": {"promql": words, "max": "1"}})

    _, (asked,) = await looked(DAY, objective=objective)

    pods = "web-ncq8cdccvv-[a-z0-9]{5}"
    assert parse_qs(asked)["query"] == [f"mid-rollout web {pods} {pods} ncq8cdccvv ncq8cdccvv 0 1m 60"]


@pytest.mark.parametrize("series", [(), (DAY, DAY)], ids=["none", "two series"])
async def test_what_is_not_one_past_tells_nothing_and_is_not_asked_again(series: tuple[dict[str, Any], ...]) -> None:
    kept, asked = await looked(*series, looks=2)

    assert (kept.gauges["queue"].advice, len(asked)) == (None, 1)


async def test_an_objective_that_gates_is_not_looked_at() -> None:
    gate = QUEUE.model_copy(update={"mode": Objective.model_fields["mode"].default})

    assert await looked(DAY, objective=gate) == (Measured(("", "")), [])
