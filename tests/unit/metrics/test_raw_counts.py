"""Few questions for many Releases, and each series back to whom it counts for."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.api import DataPlane
from tidegate.metrics.backend import Backend
from tidegate.metrics.matchers import Matcher, equal, selector
from tidegate.metrics.raw_counts import (
    CLIENT_ERRORS,
    ERRORS,
    NATIVE,
    QUICK,
    REQUESTS,
    UNKNOWN,
    RawSeries,
    Shape,
    questions,
    read,
    scraped_twice,
    unknown_status,
)
from tidegate.metrics.raw_counts import parts_of as parts_of_labels
from tidegate.metrics.samples import Sample, Series, Side, buckets

MINUTE = timedelta(minutes=1)
CANDIDATE = Backend(namespace="shop", release="web", revision="bcdfghjklm", service="web-candidate", port=80)
STABLE = replace(CANDIDATE, revision="nnnnnkkkkk", service="web-stable", side=Side.STABLE)
BOTH = (CANDIDATE, STABLE)
SAMPLES = (Sample(1000, 7.0),)
HISTOGRAM = Shape(DataPlane.TRAEFIK, histogram=True)
TRAEFIK, SLOW = Shape(DataPlane.TRAEFIK), Shape(DataPlane.TRAEFIK, timedelta(milliseconds=500))


def raw(**labels: str) -> RawSeries:
    return RawSeries({"job": "traefik", "instance": "10.0.0.1:9100", **labels}, SAMPLES)


def parts_of(series: list[Series]) -> list[str]:
    return sorted(found.counter.part for found in series)


def test_many_releases_are_one_question() -> None:
    others = [replace(side, release="cart", service=f"cart-{side.side.value}") for side in BOTH]

    (question,) = questions(TRAEFIK, [*BOTH, *others], MINUTE)

    names = "shop-web-candidate|shop-web-stable|shop-cart-candidate|shop-cart-stable"
    assert question == (
        f'traefik_service_requests_total{{service=~"((http|grpc)route-.+-svc-)?({names})-([0-9]+|http-80)(@.+)?"}}[1m]'
    )


def test_a_data_plane_that_names_the_sides_otherwise_is_asked_for_each() -> None:
    assert len(questions(Shape(DataPlane.INGRESS_NGINX), BOTH, MINUTE)) == 2


@pytest.mark.parametrize("plane", DataPlane)
@pytest.mark.parametrize("kind", [{}, {"over": timedelta(seconds=1)}, {"histogram": True}], ids=str)
def test_every_question_is_narrowed_by_the_labels_of_its_source(plane: DataPlane, kind: dict[str, Any]) -> None:
    shape, labels = Shape(plane, **kind), (equal("cluster", "eu-1"), equal("team", 'a"b\\'))
    asked, plain = questions(shape, BOTH, MINUTE, labels=labels), questions(shape, BOTH, MINUTE)

    matchers = 'cluster="eu-1",team="a\\"b\\\\",'
    assert [question.replace(matchers, "", 1) for question in asked] == list(plain)
    assert all(question.count(matchers) == 1 for question in asked)


def test_of_a_histogram_only_the_bucket_and_the_total_are_asked() -> None:
    (question,) = questions(SLOW, BOTH, MINUTE)

    assert 'le=~"0[.]5|[+]Inf"' in question


def test_a_whole_histogram_is_asked_for_classic_or_native_with_all_its_boundaries() -> None:
    (question,) = questions(HISTOGRAM, BOTH, MINUTE)

    assert question.startswith('{__name__=~"traefik_service_request_duration_seconds(_bucket)?",service=~"')
    assert "le=" not in question


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a.b", '"a\\\\.b"'),
        ('a"} or vector(1) #', '"a\\\\\\"\\\\}\\\\ or\\\\ vector\\\\(1\\\\)\\\\ \\\\#"'),
        ("a\\", '"a\\\\\\\\"'),
        (".*", '"\\\\.\\\\*"'),
    ],
    ids=["a dot", "a quote and a brace", "a backslash", "all"],
)
def test_a_value_is_never_more_than_a_value(value: str, written: str) -> None:
    found = selector("up", [(Matcher("job", value, after="()"),)])

    assert found == f'up{{job=~{written[:-1]}()"}}'
    assert Matcher("job", value, after="()").matches({"job": value})
    assert not Matcher("job", value, after="()").matches({"job": "ab"})


def test_each_series_is_its_sides_and_errors_are_told_by_their_label() -> None:
    found = read(
        TRAEFIK,
        BOTH,
        [
            raw(service="shop-web-candidate-80@kubernetesgateway", code="200"),
            raw(service="shop-web-candidate-80@kubernetesgateway", code="503"),
            raw(service="shop-web-stable-80@kubernetesgateway", code="404"),
            raw(service="other-web-stable-80@kubernetesgateway", code="503"),
        ],
    )

    assert parts_of(found[CANDIDATE]) == [ERRORS, REQUESTS, REQUESTS]
    assert parts_of(found[STABLE]) == [CLIENT_ERRORS, REQUESTS]
    assert {series.counter.side for series in found[STABLE]} == {Side.STABLE}
    assert {series.counter.pod for series in found[CANDIDATE]} == {"traefik/10.0.0.1:9100"}


@given(
    st.dictionaries(st.sampled_from(["code", "method", "job", "instance", "pod"]), st.text(max_size=3)), st.randoms()
)
def test_a_series_is_the_same_counter_at_each_look_in_whatever_order_its_labels_come(
    more: dict[str, str], chance: Random
) -> None:
    labels = {"service": "shop-web-candidate-80@kubernetes", "code": "200", **more}
    mixed = dict(chance.sample(list(labels.items()), len(labels)))

    first, again, other = (read(TRAEFIK, BOTH, [RawSeries(each, SAMPLES)]) for each in (labels, {**labels}, mixed))

    assert first == again == other
    for side, series in first.items():
        assert all(one.counter is same.counter for one, same in zip(series, again[side], strict=True))
        assert {each.counter for each in series} == {each.counter for each in other[side]}


@pytest.mark.parametrize("long", [{"path": "p" * 2**20}, {"p" * 2**20: "path"}], ids=["values", "names"])
def test_a_counter_with_long_labels_is_counted_and_not_kept(long: dict[str, str]) -> None:
    """Labels that a team's own metrics change at each look would fill the memory with what nobody asks for again."""
    labels = {"service": "shop-web-candidate-80@kubernetes", "code": "200", **long}

    first, again = (read(TRAEFIK, BOTH, [RawSeries(labels, SAMPLES)])[CANDIDATE] for _ in range(2))

    assert first == again
    assert not any(one.counter is same.counter for one, same in zip(first, again, strict=True))


def test_a_selector_that_matches_more_than_was_meant_counts_nothing_more() -> None:
    istio = Shape(DataPlane.ISTIO)
    elsewhere = replace(CANDIDATE, namespace="pay", release="till")
    labels = {"destination_workload_namespace": "pay", "destination_workload": "web-bcdfghjklm", "response_code": "200"}

    assert read(istio, (CANDIDATE, elsewhere), [raw(**labels)]) == {}
    mine = {**labels, "destination_workload_namespace": "shop"}
    assert set(read(istio, (CANDIDATE, elsewhere), [raw(**mine)])) == {CANDIDATE}


def test_what_may_be_two_sides_counts_for_neither() -> None:
    joined = replace(CANDIDATE, namespace="shop-web", service="candidate")
    series = raw(service="shop-web-candidate-80", code="200")

    assert read(TRAEFIK, (CANDIDATE, joined), [series]) == {}


def test_what_several_jobs_scrape_counts_once_and_the_others_are_named() -> None:
    answer = [
        raw(service=f"shop-web-{side}-80", code=code, job=job)
        for side in ("candidate", "stable")
        for code in ("200", "500")
        for job in ("traefik", "pods", "again")
    ]

    found = read(TRAEFIK, (CANDIDATE, STABLE), answer)

    assert {series.counter.pod for side in found.values() for series in side} == {"again/10.0.0.1:9100"}
    assert [len(side) for side in found.values()] == [3, 3], "two of requests and one of errors"
    assert scraped_twice(TRAEFIK, (STABLE,), answer) == {STABLE: ["pods", "traefik"]}
    assert scraped_twice(TRAEFIK, (STABLE,), answer[::3]) == {}


def test_a_histogram_without_the_bucket_counts_nothing_instead_of_all_as_slow() -> None:
    service = "shop-web-candidate-80"
    whole = [raw(service=service, code="200", le=le) for le in ("0.5", "+Inf")]

    found = read(SLOW, BOTH, [*whole, raw(service=service, code="500", le="+Inf")])

    assert parts_of(found[CANDIDATE]) == [QUICK, REQUESTS]


def test_the_boundaries_of_a_histogram_are_numbers_however_they_are_written() -> None:
    service = "shop-web-candidate-80"

    found = read(HISTOGRAM, BOTH, [raw(service=service, le=le) for le in ("0.5", "5", "5e1", "+Inf", "warm")])

    assert parts_of(found[CANDIDATE]) == ["0.5", "5.0", "50.0", REQUESTS]


def test_a_histogram_that_is_there_as_both_is_counted_once() -> None:
    service, native = "shop-web-candidate-80", (buckets(1.0, "7", [(0, "0.5", "1", "7")]),)
    classic = [raw(service=service, code="200", le=le, __name__="seconds_bucket") for le in ("0.5", "+Inf")]
    labels = [raw(service=service, code=code, __name__="seconds").labels for code in ("200", "500")]

    found = read(HISTOGRAM, BOTH, [*classic, *(RawSeries(each, (), native) for each in labels)])

    assert parts_of(found[CANDIDATE]) == ["0.5", NATIVE, REQUESTS]


@pytest.mark.parametrize(
    ("plane", "labels", "parts"),
    [
        (DataPlane.LINKERD, {"http_status": "", "error": "FAIL_FAST"}, [ERRORS, REQUESTS]),
        (DataPlane.LINKERD, {"http_status": "404"}, [CLIENT_ERRORS, REQUESTS]),
        (DataPlane.APPLICATION, {"status": "500"}, [ERRORS, REQUESTS]),
        (DataPlane.APPLICATION, {"code": "200", "status": "500"}, [REQUESTS]),
        (DataPlane.APPLICATION, {"method": "GET"}, []),
        (DataPlane.APPLICATION, {"code": "ok", "status": "500"}, [ERRORS, REQUESTS]),
        (DataPlane.APPLICATION, {"status": "2xx"}, [REQUESTS]),
        (DataPlane.APPLICATION, {"status": "4xx"}, [CLIENT_ERRORS, REQUESTS]),
        (DataPlane.APPLICATION, {"status": "5XX"}, [ERRORS, REQUESTS]),
    ],
    ids=[
        *("no answer", "not found", "by status", "by code first", "neither", "by the label that tells one"),
        *("a class of successes", "a class of the client's errors", "a class of errors"),
    ],
)
def test_a_status_is_read_as_its_data_plane_writes_it(
    plane: DataPlane, labels: dict[str, str], parts: list[str]
) -> None:
    home = {
        "backend_namespace": "shop",
        "backend_name": "web-candidate",
        "backend_port": "80",
        "namespace": "shop",
        "pod": "web-bcdfghjklm-x2v9z",
    }

    found = read(Shape(plane), BOTH, [raw(**home, **labels)])

    assert parts_of(found.get(CANDIDATE, [])) == parts


WORDS = ("error", "failure", "ok", "Internal", "0", "000", "600", "4", "HTTP 500", "500 Internal Server Error", "٥٠٠")


@pytest.mark.parametrize("value", WORDS)
@pytest.mark.parametrize("plane", [plane for plane in DataPlane if plane is not DataPlane.LINKERD])
def test_what_is_no_status_of_http_is_never_a_success(plane: DataPlane, value: str) -> None:
    status = Shape(plane).counts.statuses[-1]

    parts = parts_of_labels(Shape(plane).counts.statuses, {status.label: value})

    answered_nothing = plane is DataPlane.ISTIO and value == "0"
    assert parts == (REQUESTS, ERRORS if answered_nothing else f'{UNKNOWN}{status.label}="{value}"')


def test_whoever_is_told_why_nothing_passes_learns_the_label() -> None:
    assert unknown_status({REQUESTS: 9, f'{UNKNOWN}code="ok"': 9}) == 'code="ok"'
    assert unknown_status({REQUESTS: 9, f'{UNKNOWN}code="ok"': 0}) == ""


def test_a_pod_that_counts_itself_is_the_target_and_a_candidates_is_new() -> None:
    labels = {"namespace": "shop", "code": "200"}
    pods = [raw(**labels, pod="web-bcdfghjklm-x2v9z"), raw(**labels, pod="web-nnnnnkkkkk-x2v9z")]

    found = read(Shape(DataPlane.APPLICATION), BOTH, pods)

    assert (found[CANDIDATE][0].counter.pod, found[CANDIDATE][0].counter.new) == ("web-bcdfghjklm-x2v9z", True)
    assert not found[STABLE][0].counter.new


def test_pods_of_a_fresh_baseline_are_stables_and_new() -> None:
    fresh = replace(STABLE, revision="zzzzzkkkkk", fresh=True)
    answer = [
        RawSeries({"namespace": "shop", "pod": f"{side.pod_prefix}x2v9z", "code": "200"}, (Sample(0, 1.0),))
        for side in (STABLE, fresh)
    ]
    found = read(Shape(DataPlane.APPLICATION), (CANDIDATE, fresh), answer)

    assert [(each.counter.side, each.counter.new) for each in found[fresh]] == [(Side.STABLE, True)]
    assert list(found) == [fresh]
