"""A page is read whole or not at all: both formats, in whatever pieces, and every bad page has a name."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as some
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client import generate_latest as text_page
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics_page

from tests.unit.metrics.pages import (
    BUCKETS,
    CANDIDATE,
    COUNTER,
    ERRORS,
    OPENMETRICS,
    SLOW,
    TEXT,
    counter,
    page,
    refused,
    sieved,
    sifting,
    taken,
)
from tidegate.api import DataPlane
from tidegate.metrics.answer import Unusable
from tidegate.metrics.page import LONGEST_LINE, Page, read
from tidegate.metrics.raw_counts import Shape
from tidegate.metrics.sifting import Sifting, Wanted, Wish

GOOD = counter("stable", 7) + counter("candidate", 3) + counter("candidate", 1, "502")


def counted(found: Page) -> list[tuple[str, str, float]]:
    """The code, the service and the value of every series."""
    labels = [(dict(head.labels), value) for head, value in found.values.items()]
    return sorted((own["code"], own["service"].split("-")[2], value) for own, value in labels)


def test_what_is_wanted_is_kept_and_all_else_is_dropped() -> None:
    others = f'# HELP x y\nx 1\n{COUNTER}{{code="200",service="shop-cart-stable-80@kubernetes"}} 9\n\n'

    assert counted(taken(others + GOOD)) == [
        ("200", "candidate", 3.0),
        ("200", "stable", 7.0),
        ("502", "candidate", 1.0),
    ]


@pytest.mark.parametrize(
    ("make", "content_type"), [(text_page, TEXT), (openmetrics_page, OPENMETRICS)], ids=["text", "OpenMetrics"]
)
def test_what_the_client_library_writes_is_read_in_both_formats(make: object, content_type: str) -> None:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    requests = Counter(COUNTER, "Requests.", ["code", "service"], registry=registry)
    requests.labels("200", "shop-web-stable-80@kubernetes").inc(5, exemplar={"trace_id": "a } b"})
    times = Histogram(BUCKETS.removesuffix("_bucket"), "T.", ["service"], buckets=(0.1, 0.3, 5), registry=registry)
    times.labels("shop-web-candidate-80@kubernetes").observe(0.2, exemplar={"trace_id": "1"})
    assert callable(make)

    found = taken(make(registry).decode(), content_type)

    kept = {(head.owner.metric, dict(head.labels).get("le")): value for head, value in found.values.items()}
    assert kept == {(COUNTER, None): 5, (BUCKETS, "0.3"): 1, (BUCKETS, "+Inf"): 1}
    assert found.born is not None
    assert found.born > 0


def test_labels_may_hold_what_looks_like_the_end_of_them() -> None:
    path = r"a } 5 # {\"x\\"
    line = f'{COUNTER}{{code="200",path="{path}",service="shop-web-stable-80@x"}} 12 1700000000000\n'

    (head,), (value,) = zip(*taken(line).values.items(), strict=True)

    assert (dict(head.labels)["path"], value) == ('a } 5 # {"x\\', 12)


def test_a_line_that_is_known_is_read_again_with_its_new_value() -> None:
    known = sifting()

    assert [counted(taken(counter("stable", value), found=known)) for value in (1, 2e6)] == [
        [("200", "stable", 1.0)],
        [("200", "stable", 2e6)],
    ]


@given(piece=some.integers(1, 40))
def test_pieces_of_any_size_make_the_same_page(piece: int) -> None:
    assert taken(GOOD, piece=piece) == taken(GOOD)


def test_what_a_page_says_itself_of_its_target_is_kept_under_another_name() -> None:
    found = taken(GOOD.replace("code=", 'pod="forged",job="x",code='))

    labels = [dict(head.labels) for head in found.values]
    assert {(own["exported_pod"], own["exported_job"], own["job"]) for own in labels} == {("forged", "x", "gateway")}


def test_istios_counts_are_taken_from_those_who_report_for_the_caller() -> None:
    shape = Shape(DataPlane.ISTIO)
    known = Sifting(Wanted([Wish(shape, (CANDIDATE,))]), ())
    workload = 'destination_workload_namespace="shop",destination_workload="web-bcdfghjklm"'
    lines = (f'istio_requests_total{{reporter="{who}",{workload}}} 1\n' for who in ("source", "destination"))

    assert len(taken("".join(lines), found=known).values) == 1


@pytest.mark.parametrize(
    ("text", "content_type", "why"),
    [
        ("<!doctype html>\n<html>\n", "text/html", "the page is no page of metrics: its type is text/html"),
        ("<!doctype html>\n<html>\n", TEXT, "the page is no page of metrics: it is a page, HTML or XML"),
        ('{"status": "ok"}\n', "", "the page is no page of metrics: a line of 16 characters is none of a metric"),
        ("", TEXT, "the page is empty"),
        ("# HELP only words\n", TEXT, "the page is empty"),
        (GOOD.rstrip("\n"), TEXT, "the page is cut off: its last line has no end"),
        (GOOD, OPENMETRICS, "the page is cut off: it does not end with # EOF"),
        (GOOD + "# EO", OPENMETRICS, "the page is cut off: it does not end with # EOF"),
        (GOOD + counter("stable", 8), TEXT, f"{COUNTER} is there twice with the same labels"),
        (counter("stable", "NaN"), TEXT, "is NaN, which no counter can be"),
        (counter("stable", "+Inf"), TEXT, "is +Inf, which no counter can be"),
        (counter("stable", "-1"), TEXT, "is -1, which no counter can be"),
        (counter("stable", "1_000"), TEXT, "is a text of 5 characters, which no counter can be"),
        (counter("stable", "many"), TEXT, "is a text of 4 characters, which no counter can be"),
        (COUNTER + '{code="200" 7\n', TEXT, "the page is no page of metrics"),
        (COUNTER + '{code="200",code="500"} 7\n', TEXT, "the page is no page of metrics"),
        (COUNTER + "\n", TEXT, "the page is no page of metrics"),
    ],
    ids=[
        "a page for people",
        "one that says it is text",
        "JSON",
        "nothing",
        "comments",
        "cut text",
        "cut OpenMetrics",
        "cut in its end",
        "a series twice",
        "NaN",
        "infinite",
        "negative",
        "underscore",
        "no number",
        "no end of labels",
        "a label twice",
        "no value",
    ],
)
def test_a_page_that_tells_nothing_certain_says_why(text: str, content_type: str, why: str) -> None:
    assert why in refused(text, content_type)


def test_a_series_of_nobodys_that_is_no_number_is_nobodys_affair() -> None:
    assert counted(taken("other NaN\n" + GOOD)) == counted(taken(GOOD))


def test_openmetrics_without_any_counter_is_a_page() -> None:
    assert taken("# EOF\n", OPENMETRICS).values == {}
    assert taken(GOOD + "# EOF", OPENMETRICS).values == taken(GOOD).values


def test_a_line_without_end_is_refused_before_it_is_long() -> None:
    with pytest.raises(ValueError, match="a line is longer than 65536 bytes"):
        sieved(b"x" * (LONGEST_LINE + 2), sifting(), piece=1024)


@given(body=some.binary(max_size=300), content_type=some.sampled_from([TEXT, OPENMETRICS, ""]))
def test_whatever_comes_is_a_page_or_says_why(body: bytes, content_type: str) -> None:
    known = sifting()

    assert isinstance(read(sieved(body, known), content_type, known), Page | Unusable)


LABELS = some.text(alphabet='code="200,{}\\# \n\x00é', max_size=60)


@given(labels=some.lists(LABELS, max_size=3), value=LABELS, content_type=some.sampled_from([TEXT, OPENMETRICS]))
def test_whatever_stands_behind_a_wanted_name_is_a_page_or_says_why(
    labels: Iterable[str], value: str, content_type: str
) -> None:
    text = f"{COUNTER}{{{','.join(labels)}}} {value}\n# EOF\n"

    assert isinstance(page(text, content_type), Page | Unusable)


def test_only_what_some_objective_counts_is_looked_for() -> None:
    assert sifting(ERRORS).wanted.metrics == {COUNTER}
    assert sifting(SLOW).wanted.metrics == {BUCKETS}
