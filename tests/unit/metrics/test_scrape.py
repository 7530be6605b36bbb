"""Which pages are read, what they are asked with, and that they answer no question in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.metrics.pages import CANDIDATE, OURS, STABLE
from tidegate.api import DataPlane, InvalidSpec
from tidegate.metrics.answer import Unusable
from tidegate.metrics.page import Page, read, sieve
from tidegate.metrics.raw_counts import Shape
from tidegate.metrics.scrape import OfPods, Scrape, at, at_each
from tidegate.metrics.sifting import Sifting, Wanted, Wish
from tidegate.metrics.translator import Question

SECOND = timedelta(seconds=1)
URL = "http://gateway:9100/metrics"
SCRAPE = Scrape(interval=SECOND, addresses=(URL,), authorization={"Authorization": "Bearer a"})
PODS = Wanted([Wish(Shape(DataPlane.APPLICATION), (CANDIDATE, STABLE))])


def test_a_page_is_asked_for_in_both_formats_and_with_what_lets_us_in() -> None:
    request = SCRAPE.page(at(URL))

    assert (request.method, request.url, request.body) == ("GET", URL, b"")
    assert request.headers["Authorization"] == "Bearer a"
    assert all(kind in request.headers["Accept"] for kind in ("application/openmetrics-text", "text/plain"))


def test_each_process_behind_a_name_is_a_target_of_its_own_that_is_called_by_the_name() -> None:
    one, two = at_each("https://gateway.gateways:9100/metrics?all", ("10.0.0.1", "fd00::2"))

    assert [target.url for target in (one, two)] == [
        "https://10.0.0.1:9100/metrics?all",
        "https://[fd00::2]:9100/metrics?all",
    ]
    assert SCRAPE.page(one).headers["Host"] == "gateway.gateways:9100"
    assert one.ours != two.ours


def test_pages_of_one_address_with_different_paths_are_different_targets() -> None:
    assert at("http://gateway/a").ours != at("http://gateway/b").ours


def test_a_pods_page_is_counted_for_its_pod_whatever_it_says_itself() -> None:
    target = OfPods(port=8080, path="/metrics").target("shop", "web-bcdfghjklm-x2v9z", "10.0.0.7")
    known = Sifting(PODS, target.ours)
    found = sieve(known)
    found.take(b'http_requests_total{code="200",namespace="shop",pod="web-nnnnnkkkkk-aaaaa"} 5\n')

    answer = read(found, "text/plain", known)

    assert isinstance(answer, Page)
    assert [head.owner.matchers for head in answer.values] == [Shape(DataPlane.APPLICATION).counts.backend(CANDIDATE)]
    assert target.url == "http://10.0.0.7:8080/metrics"


def test_a_pod_of_nobodys_counts_for_nobody() -> None:
    target = OfPods(port=80, path="/").target("shop", "cart-bcdfghjklm-x2v9z", "fd00::7")
    known = Sifting(PODS, target.ours)
    found = sieve(known)
    found.take(b'http_requests_total{code="200"} 5\n')

    assert read(found, "text/plain", known) == Page({})
    assert target.url == "http://[fd00::7]:80/"


def test_a_side_is_wanted_once_however_many_revisions_name_it_alike() -> None:
    shape = Shape(DataPlane.TRAEFIK)
    wanted = Wanted([Wish(shape, (STABLE,)), Wish(shape, (replace(STABLE, revision="ccccc"),))])
    known = Sifting(wanted, OURS)
    found = sieve(known)
    found.take(b'traefik_service_requests_total{code="200",service="shop-web-stable-80@x"} 5\n')

    answer = read(found, "", known)

    assert isinstance(answer, Page)
    assert len(answer.values) == 1


def test_no_question_in_words_is_ever_put() -> None:
    question = Question(words="up", end=datetime(2026, 3, 1, tzinfo=UTC), window=SECOND)
    with pytest.raises(InvalidSpec, match="and no query"):
        SCRAPE.request(question)

    with pytest.raises(InvalidSpec, match="and no query"):
        SCRAPE.check("up")

    assert isinstance(SCRAPE.parse(b"1"), Unusable)
    assert SCRAPE.words(b"<html>") == ""
