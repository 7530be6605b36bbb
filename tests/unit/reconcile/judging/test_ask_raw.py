"""Why raw counts are missing: whether a source was asked, and whether it answered; and what is had in parts."""

import json
import re
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from tests.unit.reconcile.judging.test_track import STABLE
from tidegate.api import DataPlane
from tidegate.clients import Ask, AskFailed, Reply, TooLarge, Unreadable
from tidegate.metrics.answer import Ambiguous, Silent, TooMuch, Unusable
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.raw_counts import RawSeries, Shape
from tidegate.reconcile.judging.ask_raw import MOST_SAMPLES, ask_in_parts, unanswered
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source
from tidegate.telemetry import Telemetry

HOUR = 3_600_000
SOURCE = Source(where="here", translator=Prometheus(address="http://here"), seconds=5)


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (AskFailed("no route"), Silent("no route")),
        (TooLarge("more than 8 MiB"), TooMuch("more than 8 MiB")),
        (Unreadable("it is cut off"), Unusable("it is cut off")),
    ],
    ids=["no answer", "an answer that is too large", "an answer that nobody can read"],
)
def test_an_answer_that_is_of_no_use_is_one(error: AskFailed, found: Unusable) -> None:
    assert unanswered(error) == found


class Server:
    """Counts of a sample in a minute, in answers of so many samples; both ends of a window are in it."""

    def __init__(self, largest: int) -> None:
        self.largest = largest
        self.asked: list[tuple[int, int]] = []

    async def send(self, ask: Ask) -> Reply:
        form = {name: values[0] for name, values in parse_qs((ask.body or b"").decode()).items()}
        window = re.search(r"\[(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?\]$", form["query"])
        assert window is not None
        hours, minutes, seconds = (int(found or 0) for found in window.groups())
        until = round(float(form["time"]))
        since = until - (hours * 3600 + minutes * 60 + seconds)
        self.asked.append((since, until))
        count = (until - since) // 60 + 1
        if count > self.largest:
            raise TooLarge("the answer is larger than 16777216 bytes")

        values = [[since + place * 60, str(place)] for place in range(count)]
        result = [{"metric": {"code": "200"}, "values": values}]
        body = {"status": "success", "data": {"resultType": "matrix", "result": result}}
        return Reply(200, json.dumps(body).encode(), "application/json")


async def asked(server: Server, most: int = MOST_SAMPLES) -> list[RawSeries] | Unusable:
    shape, channel = Shape(DataPlane.TRAEFIK), Channel(server, Telemetry())
    return await ask_in_parts(channel, SOURCE, shape, (STABLE,), since=0, until=HOUR, most=most)


@pytest.mark.parametrize(("largest", "parts"), [(61, [60]), (60, [60, 30, 30]), (20, [60, 30, 15, 15, 30, 15, 15])])
async def test_an_hour_that_is_too_large_is_had_in_halves_of_its_time_and_in_order(
    largest: int, parts: list[int]
) -> None:
    server = Server(largest)

    found = await asked(server)

    assert isinstance(found, list)
    assert [sample.at // 60_000 for sample in found[0].samples] == list(range(61))
    assert [(until - since) // 60 for since, until in server.asked] == parts


async def test_where_a_quarter_of_an_hour_is_too_large_it_is_said_what_to_do() -> None:
    found = await asked(Server(10))

    assert isinstance(found, TooMuch)
    assert "larger than 16777216 bytes: drop series" in found.why
    assert "metricRelabelings" in found.why


class Central:
    """A store of two clusters, which gives those of one where that is asked for."""

    async def send(self, ask: Ask) -> Reply:
        query = parse_qs(ask.body.decode())["query"][0]
        clusters = ["eu"] if 'cluster="eu"' in query else ["eu", "us"]
        result = [
            {"metric": {"service": "shop-web-stable-80", "code": "200", "cluster": name}, "values": [[1, "7"]]}
            for name in clusters
        ]
        body = {"status": "success", "data": {"resultType": "matrix", "result": result}}
        return Reply(200, json.dumps(body).encode(), "application/json")


@pytest.mark.parametrize(("labels", "usable"), [((), False), (('cluster="eu"',), True)], ids=["all", "one"])
async def test_counts_of_several_clusters_are_no_answer_and_those_of_the_one_that_the_source_names_are(
    labels: tuple[str, ...], *, usable: bool
) -> None:
    source = replace(SOURCE, translator=Prometheus(address="http://here", labels=labels))
    channel, shape = Channel(Central(), Telemetry()), Shape(DataPlane.TRAEFIK)

    found = await ask_in_parts(channel, source, shape, (STABLE,), since=0, until=HOUR)

    assert isinstance(found, list) is usable
    assert usable or isinstance(found, Ambiguous), "one Release of many: the others are asked for without it"


async def test_all_parts_together_are_no_more_than_there_is_memory_for() -> None:
    found = await asked(Server(largest=31), most=61)

    assert isinstance(found, TooMuch)
    assert found.why.startswith("the answers have more than 61 samples: drop series")
