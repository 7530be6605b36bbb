"""Whose pages are read when, what a page that fails leads to, and a pod's page over a real socket."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from tests.cluster.loopback import Loopback
from tests.unit.metrics.pages import BOTH, CANDIDATE, ERRORS, STABLE, counter, sifting, taken
from tests.unit.reconcile.sources.test_sources import usable
from tidegate.api import DataPlane
from tidegate.clients import Http
from tidegate.metrics.answer import NotWhole, Silent, Unusable
from tidegate.metrics.page import Page
from tidegate.metrics.raw_counts import RawSeries, Shape
from tidegate.metrics.samples import Sample
from tidegate.metrics.scrape import OfPods, Target, at
from tidegate.metrics.sifting import Wish
from tidegate.reconcile.scraping.pages import page_of, pages_at
from tidegate.reconcile.scraping.reading import GATEWAY, RESTING, Counted, Leaf, Reading
from tidegate.reconcile.scraping.scraper import wait_for
from tidegate.watch import Key

WEB = Key("shop", "web")
BY_PODS = Shape(DataPlane.APPLICATION)
PODS = {
    "candidate": OfPods(port=8080, path="/metrics").target("shop", "web-bcdfghjklm-x2v9z", "10.0.0.1"),
    "stable": OfPods(port=8080, path="/metrics").target("shop", "web-nnnnnkkkkk-x2v9z", "10.0.0.2"),
    "other": OfPods(port=8080, path="/metrics").target("shop", "web-nnnnnkkkkk-aaaaa", "10.0.0.3"),
}
DOWN = Unusable("HTTP 503")


def counted(*, shape: Shape = ERRORS, moving: bool = True) -> Counted:
    return Counted(wishes=(Wish(shape, BOTH),), revisions=frozenset({"bcdfghjklm", "nnnnnkkkkk"}), moving=moving)


def gateways(*urls: str) -> tuple[Reading, list[Leaf]]:
    """A source with a gateway's pages, none of them read yet."""
    found = Reading()
    found.follow(WEB, counted())
    return found, found.turn_to({GATEWAY: tuple(map(at, urls))})


def of_pods(*names: str) -> tuple[Reading, list[Leaf]]:
    """A source with a Release's pods."""
    found = Reading(by_pods=True)
    found.follow(WEB, counted(shape=BY_PODS))
    return found, found.turn_to({WEB: tuple(PODS[name] for name in names)})


def page_for(leaf: Leaf, value: int = 5) -> Page:
    return taken(counter("stable", value) + f'http_requests_total{{code="200"}} {value}\n', found=leaf.sifting)


def asked(reading: Reading, shape: Shape = ERRORS) -> list[RawSeries] | Unusable:
    return reading.raw(shape, BOTH, since=0, until=10_000)


def read_now(reading: Reading, leaf: Leaf, at: int = 1000) -> None:
    reading.take(leaf, at, page_for(leaf))


def test_before_a_page_was_read_nothing_is_said() -> None:
    reading, _ = gateways("http://a/metrics")

    assert asked(reading) == Unusable("its pages were not read yet")
    assert asked(Reading()) == Unusable("its pages were not read yet")


def test_what_a_page_counted_is_found_again_and_counts_begin_with_it() -> None:
    reading, (leaf,) = gateways("http://a/metrics")
    read_now(reading, leaf, 1000)
    read_now(reading, leaf, 2000)

    found = asked(reading)

    assert not isinstance(found, Unusable)
    assert [series.samples for series in found] == [(Sample(1000, 5.0), Sample(2000, 5.0))]
    assert reading.begun == {WEB: 1000}


def test_one_page_of_several_that_fails_is_left_out_and_all_of_them_are_told() -> None:
    reading, (one, two) = gateways("http://a/metrics", "http://b/metrics")
    read_now(reading, one)
    reading.take(two, 1000, DOWN)
    assert not isinstance(asked(reading), Unusable)

    reading.take(one, 2000, DOWN)
    assert asked(reading) == DOWN


def test_a_name_that_is_not_resolved_is_what_is_told() -> None:
    reading, _ = gateways("http://a/metrics")
    reading.failed = Silent("the name a is not resolved")
    reading.turn_to({GATEWAY: ()})

    assert asked(reading) == Silent("the name a is not resolved")


def test_a_side_of_which_no_pod_can_be_read_is_told_of_this_release_alone() -> None:
    reading, (candidate, stable, other) = of_pods("candidate", "stable", "other")
    for leaf in (candidate, stable, other):
        read_now(reading, leaf)
    assert not isinstance(asked(reading, BY_PODS), Unusable)

    reading.take(stable, 2000, DOWN)
    assert not isinstance(asked(reading, BY_PODS), Unusable)

    reading.take(candidate, 2000, DOWN)
    assert asked(reading, BY_PODS) == NotWhole("no pod of the candidate can be read: HTTP 503")


def test_a_side_without_pods_has_no_data_and_that_is_no_failure() -> None:
    reading, (stable,) = of_pods("stable")
    read_now(reading, stable)

    found = asked(reading, BY_PODS)

    assert not isinstance(found, Unusable)
    assert [series.labels["pod"] for series in found] == ["web-nnnnnkkkkk-x2v9z"]


def test_a_rollouts_pages_are_read_at_every_interval_and_all_others_every_quarter_of_a_minute() -> None:
    reading = Reading()
    reading.follow(WEB, counted(moving=True))
    reading.follow(Key("shop", "cart"), counted(moving=False))

    due = [reading.due(at, 5000) for at in range(RESTING, 3 * RESTING + 1, 5000)]

    assert [len(keys) for keys in due] == [2, 1, 1, 2, 1, 1, 2]


async def test_a_page_that_is_still_being_read_is_not_asked_for_again() -> None:
    """Nor in the moment between the end of its task and the word of it."""
    reading, (leaf,) = gateways("http://a/metrics")
    pages, read = {GATEWAY: (leaf.target,)}, asyncio.Event()
    ending = asyncio.get_running_loop().create_future()

    async def work() -> None:
        await read.wait()
        asyncio.get_running_loop().call_soon(lambda: ending.set_result(reading.turn_to(pages)))

    reading.reads.start(leaf, work())
    assert reading.turn_to(pages) == []

    read.set()
    assert await ending == []
    assert reading.turn_to(pages) == [leaf]


def test_who_is_followed_decides_what_is_kept_from_the_next_page_on() -> None:
    reading, (leaf,) = gateways("http://a/metrics")
    known = leaf.sifting
    reading.follow(WEB, replace(counted(), moving=False))
    assert reading.turn_to({GATEWAY: (leaf.target,)})[0].sifting is known

    reading.follow(WEB, counted(shape=BY_PODS))
    assert reading.turn_to({GATEWAY: (leaf.target,)})[0].sifting.wanted.metrics == {"http_requests_total"}

    reading.leave(WEB)
    assert reading.turn_to({GATEWAY: (leaf.target,)})[0].sifting.wanted.metrics == frozenset()
    assert reading.begun == {}


@pytest.mark.parametrize(("now", "wait"), [(0, 4000), (3999, 1), (4000, 5000), (4001, 4999), (9000, 5000)])
def test_pages_are_asked_for_a_second_before_a_cell_ends(now: int, wait: int) -> None:
    assert wait_for(now, 5000) == wait


LINE = f'up{{pod="{"x" * 150}"}} 1\n'


class PodServer(Loopback):
    """A pod's page."""

    says = (200, "text/plain", 'http_requests_total{code="200"} 5\n')

    def get(self, request: BaseHTTPRequestHandler) -> None:
        status, content_type, text = self.says
        request.send_response(status)
        request.send_header("Content-Type", content_type)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        with suppress(OSError):
            # Whoever reads a page without end hangs up.
            request.wfile.write(text.encode())


@pytest.fixture
def pod() -> Iterator[PodServer]:
    with PodServer() as found:
        yield found


async def read_pod(server: PodServer) -> list[RawSeries] | Unusable:
    """What is made of a pod's page, and why it is of no use where it is not."""
    host, _, port = server.place.partition(":")
    pages = OfPods(port=int(port), path="/metrics")
    source = usable({"scrape": {"pods": {"port": int(port)}}})
    reading = Reading(by_pods=True)
    reading.follow(WEB, counted(shape=BY_PODS))
    (leaf,) = reading.turn_to({WEB: (pages.target("shop", "web-bcdfghjklm-x2v9z", host),)})
    http = Http()
    try:
        found = await page_of(leaf.target, source, leaf.sifting, http)
    finally:
        await http.close()

    reading.take(leaf, 1000, found)
    return reading.raw(BY_PODS, (CANDIDATE, STABLE), since=0, until=2000)


async def test_a_pods_page_is_read_over_http(pod: PodServer) -> None:
    answer = await read_pod(pod)

    assert not isinstance(answer, Unusable)
    (found,) = answer
    assert (found.labels["pod"], found.samples) == ("web-bcdfghjklm-x2v9z", (Sample(1000, 5.0),))


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ((401, "text/plain", ""), "HTTP 401: the source does not let us in"),
        ((503, "text/html", "<html>"), "HTTP 503"),
        ((302, "text/html", ""), "HTTP 302"),
        ((200, "text/html", "<html>\n"), "its type is text/html"),
        ((200, "text/plain", "x" * 70_000), "a line is longer than"),
        ((200, "text/plain", LINE * 2**17), "the answer is larger than 16777216 bytes"),
    ],
    ids=["401", "503", "redirect", "html", "a line without end", "a page without end"],
)
async def test_a_pod_that_serves_no_page_of_metrics_is_told(
    pod: PodServer, says: tuple[int, str, str], why: str
) -> None:
    pod.says = says

    found = await read_pod(pod)

    assert isinstance(found, Unusable)
    assert "no pod of the candidate can be read" in found.why
    assert why in found.why


async def test_a_link_local_page_is_never_read() -> None:
    source = usable({"scrape": {"addresses": ["http://169.254.169.254/metrics"]}})
    http = Http()
    (target,) = await pages_at(("http://169.254.169.254/metrics",), http, each=False, seconds=1)
    found = await page_of(target, source, sifting(), http)
    await http.close()

    assert isinstance(found, Unusable)
    assert "link-local" in found.why


async def test_every_address_of_a_name_is_a_page() -> None:
    http = Http()
    (found,) = await pages_at(("http://localhost:9100/metrics",), http, each=True, seconds=5)
    await http.close()

    assert isinstance(found, Target)
    assert (found.url, found.host) == ("http://127.0.0.1:9100/metrics", "localhost:9100")
