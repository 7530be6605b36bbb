"""Every data plane's counters, asked of a real Prometheus that scrapes what the product writes, and judged."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.cluster.processes import within
from tests.integration import expositions
from tests.integration.expositions import Exposition, Page, Served, Side, of_gateway, of_pods
from tests.integration.numbers import MINUTE, SECONDS, Numbers, now, scraping, totals
from tidegate.api import DataPlane
from tidegate.judge.counts import Counts
from tidegate.judge.latency import TailBlock, Tails
from tidegate.metrics import samples, variables
from tidegate.metrics.answer import NotWhole, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.data_planes import COUNTS
from tidegate.metrics.matchers import selector
from tidegate.metrics.native import boundaries_of
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.raw_counts import ERRORS, QUICK, REQUESTS, Shape, read
from tidegate.metrics.translator import Question
from tidegate.reconcile.judging.counting import Counting
from tidegate.reconcile.judging.rules import Wanted
from tidegate.reconcile.judging.slower import read_by
from tidegate.reconcile.judging.tally import BadRequests, Tally
from tidegate.reconcile.judging.tally_latency import Latency
from tidegate.reconcile.judging.track import Track

CELL = timedelta(seconds=1)
HALF = timedelta(milliseconds=500)
WANTED = Wanted(part=1.0, bound=0.01, every=60, weight=20)
STABLE, REVISION = "nnnnnkkkkk", "bcdfghjklm"

WEB = Side(
    namespace="shop", release="web", revision=REVISION, role="candidate", served=Served(requests=100, errors=3, slow=5)
)
BAD = Served(requests=1000, errors=500, slow=500)
OTHER = replace(WEB, role="stable", revision=STABLE, served=BAD)
# A counter has a past before the window, and grows in it.
LONG = replace(WEB, release="long", served=BAD)
STILL = replace(OTHER, release="long")
GROWN = replace(LONG, served=Served(requests=1100, errors=503, slow=505))
SIDES = [
    WEB,
    OTHER,
    LONG,
    STILL,
    # All that is near, fails and must not count: names that contain ours, and our name elsewhere.
    replace(WEB, release="web-2", served=BAD),
    replace(WEB, release="my-web", served=BAD),
    replace(WEB, release=f"web-{REVISION}", served=BAD),
    replace(WEB, namespace="other", served=BAD),
]
PRODUCTS: dict[str, tuple[DataPlane, Callable[[list[Side]], Iterator[Page]]]] = {
    "Traefik": (DataPlane.TRAEFIK, of_gateway(expositions.traefik)),
    "Istio": (DataPlane.ISTIO, of_gateway(expositions.istio)),
    "Linkerd": (DataPlane.LINKERD, of_gateway(expositions.linkerd)),
    "Contour": (DataPlane.CONTOUR, of_gateway(expositions.contour)),
    "IngressNginx": (DataPlane.INGRESS_NGINX, of_gateway(expositions.ingress_nginx)),
    "Application by code": (DataPlane.APPLICATION, of_pods(expositions.application)),
    "Application by status": (DataPlane.APPLICATION, of_pods(expositions.by_status)),
    "OpenTelemetry": (DataPlane.OPEN_TELEMETRY, of_pods(expositions.open_telemetry)),
}
PODS = {
    "web": f"web-{REVISION}-x2v9z",
    "stable": f"web-{STABLE}-x2v9z",
    "its name inside another": f"my-web-{REVISION}-x2v9z",
    "a longer Release": f"web-2-{REVISION}-x2v9z",
    "a Release that is named like the ReplicaSet": f"web-{REVISION}-{REVISION}-x2v9z",
    "a StatefulSet that is named like it": f"web-{REVISION}-0",
    "a Release whose name ends as the revision begins": "web-b-cdfghjklm-x2v9z",
}
# A pod cannot have more than 63 letters: what is too long is cut before the five at its end.
LONGEST = "w" * 52
PODS["the longest"] = f"{LONGEST}-{REVISION}"[:58] + "x2v9z"


# Every namespace of the page is another one here: nothing is counted twice.
RENAMED = {"source_labels": ["service"], "regex": "(.*)traefik-(.*)", "target_label": "service"}
NATIVE_ONLY = {
    "convert_classic_histograms_to_nhcb": True,
    "metric_relabel_configs": [{**RENAMED, "replacement": "${1}custom-${2}"}],
}


def at_home(side: Side, product: str) -> Side:
    """Each product serves namespaces of its own."""
    return replace(side, namespace=f"{product.lower().replace(' ', '-')}-{side.namespace}")


def pages_of(sides: list[Side]) -> dict[str, Page]:
    """Every page by its path."""
    found = {
        f"/{product.replace(' ', '-')}/{place}": page
        for product, (_, pages) in PRODUCTS.items()
        for place, page in enumerate(pages([at_home(side, product) for side in sides]))
    }
    codeless = Page('http_requests_total{method="GET"} 100\n', {"namespace": "codeless", "pod": WEB.pod})
    return {
        **found,
        "/codeless": codeless,
        "/pods": Page("".join(f'pod_up{{pod="{pod}"}} 1\n' for pod in PODS.values()), {}),
    }


@pytest.fixture(scope="module")
def exposition() -> Iterator[Exposition]:
    with Exposition() as found:
        yield found


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory, exposition: Exposition) -> Iterator[Numbers]:
    pages = pages_of(SIDES)
    exposition.pages = {path: page.text for path, page in pages.items()}
    jobs = [scraped(path, page, exposition) for path, page in pages.items()]
    # The same page again, kept as a native histogram of custom buckets.
    again = scraped("/Traefik/0", pages["/Traefik/0"], exposition)
    jobs.append({**again, "job_name": "native", **NATIVE_ONLY})
    with scraping(tmp_path_factory.mktemp("prometheus"), jobs) as found:
        # A busy machine may miss one of the many scrapes that there are at any time.
        found.until(f"count(max_over_time(up[1m]) == 1) == {len(jobs)}")
        yield found


def scraped(path: str, page: Page, exposition: Exposition) -> dict[str, object]:
    """A job for one page; labels of the product that collide with the target's stay."""
    targets = [{"targets": [exposition.place], "labels": dict(page.labels)}]
    return {"job_name": path, "metrics_path": path, "honor_labels": True, "static_configs": targets}


def backend(side: Side, product: str) -> Backend:
    home = at_home(side, product)
    return Backend(
        namespace=home.namespace,
        release=side.release,
        revision=side.revision,
        service=side.service,
        port=80,
        side=samples.Side(side.role),
    )


def counts(
    numbers: Numbers, product: str, *sides: Side, over: timedelta | None = None, histogram: bool = False
) -> list[dict[str, int]]:
    """What each side's counters say now, by what is counted."""
    shape, backends = Shape(PRODUCTS[product][0], over, histogram), tuple(backend(side, product) for side in sides)
    found = read(shape, backends, numbers.raw(shape, backends, time.time(), MINUTE))
    return [totals(found.get(each, [])) for each in backends]


@pytest.mark.parametrize("product", PRODUCTS)
def test_requests_and_errors_of_both_sides_are_counted_whatever_fails_nearby(numbers: Numbers, product: str) -> None:
    assert counts(numbers, product, WEB, OTHER) == [
        {REQUESTS: 100, ERRORS: 3},
        {REQUESTS: 1000, ERRORS: 500},
    ]


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_whole_histogram_is_counted_up_to_each_boundary_that_it_has(numbers: Numbers, product: str) -> None:
    unit = COUNTS[PRODUCTS[product][0]].unit
    parts = [repr(timedelta(milliseconds=each) / unit) for each in (100, 500, 1000)]

    assert counts(numbers, product, WEB, OTHER, histogram=True) == [
        {**dict(zip(parts, (0, 95, 100), strict=True)), REQUESTS: 100},
        {**dict(zip(parts, (0, 500, 1000), strict=True)), REQUESTS: 1000},
    ]


def test_a_native_histogram_of_custom_buckets_is_counted_up_to_the_same_boundaries(numbers: Numbers) -> None:
    shape = Shape(DataPlane.TRAEFIK, histogram=True)
    sides = tuple(replace(backend(side, "Traefik"), namespace="custom-shop") for side in (WEB, OTHER))

    raw = numbers.raw(shape, sides, time.time(), MINUTE)

    assert {each.labels["__name__"] for each in raw} == {"traefik_service_request_duration_seconds"}
    found = read(shape, sides, raw)
    assert boundaries_of(found[sides[0]]) == (0.1, 0.5, 1.0)
    assert [totals(read_by(found[side], (0.1, 0.5, 1.0))) for side in sides] == [
        {REQUESTS: 100, "0.1": 0, "0.5": 95, "1.0": 100},
        {REQUESTS: 1000, "0.1": 0, "0.5": 500, "1.0": 1000},
    ]
    # Half of a bucket is nobody's to tell.
    assert "0.3" not in totals(read_by(found[sides[0]], (0.3,)))


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(("milliseconds", "quick"), [(500, 95), (1000, 100), (100, 0)])
def test_requests_up_to_a_boundary_are_counted_by_its_bucket(
    numbers: Numbers, product: str, milliseconds: int, quick: int
) -> None:
    over = timedelta(milliseconds=milliseconds)

    assert counts(numbers, product, WEB, over=over) == [{REQUESTS: 100, QUICK: quick}]


@pytest.mark.parametrize("product", PRODUCTS)
def test_without_the_bucket_nothing_is_counted_and_not_all_as_slow(numbers: Numbers, product: str) -> None:
    assert counts(numbers, product, WEB, over=timedelta(milliseconds=300)) == [{}]


def test_the_past_of_a_query_is_told_minute_by_minute(numbers: Numbers) -> None:
    source, asked = Prometheus(address=numbers.address), Question(words="vector(7)", end=now(), window=MINUTE)
    request = source.past_request(asked, since=asked.end - 10 * MINUTE, every=MINUTE)

    found = source.raw(numbers.send(request))

    assert not isinstance(found, Unusable), found.why
    assert [sample.value for series in found for sample in series.samples] == [7.0] * 11


@pytest.mark.parametrize("product", PRODUCTS)
def test_of_a_release_that_nobody_counts_there_is_nothing(numbers: Numbers, product: str) -> None:
    assert counts(numbers, product, replace(WEB, release="nobody")) == [{}]


def test_requests_without_a_code_are_not_taken_for_good_ones(numbers: Numbers) -> None:
    side = replace(backend(WEB, "Traefik"), namespace="codeless")
    shape = Shape(DataPlane.APPLICATION)

    found = numbers.raw(shape, (side,), time.time(), MINUTE)

    assert [each.labels["pod"] for each in found] == [WEB.pod]
    assert totals(read(shape, (side,), found).get(side, [])) == {}


def test_more_series_than_may_be_are_no_answer(numbers: Numbers) -> None:
    asked = Prometheus(address=numbers.address).raw_request("up[1m]", at=int(time.time() * 1000))
    cut = replace(asked, body=asked.body.replace(b"limit=20000", b"limit=3"))

    assert isinstance(Prometheus(address=numbers.address).raw(numbers.send(cut)), NotWhole)


def test_a_query_of_more_series_than_are_asked_for_is_told_to_be_aggregated(numbers: Numbers) -> None:
    answer = numbers.ask('{__name__=~".+"}')

    assert isinstance(answer, NotWhole)
    assert answer.why == "the answer is not whole: the query returns more than 10 series; aggregate them to one"


def test_what_counters_grow_by_is_judged_and_judged_again_to_the_last_bit(
    numbers: Numbers, exposition: Exposition
) -> None:
    for product in PRODUCTS:
        numbers.until(f"sum({series_of(product)}) == 1000")

    # A pod whose first scrape is not before the first cell has yet to warm up.
    scraped_at = time.time()
    assert within(SECONDS, lambda: time.time() > scraped_at + 2 * CELL.total_seconds())
    weighted_at = now()
    # What rises from before the first weight to after it may be an earlier candidate's.
    numbers.until(f"count((timestamp(up) > {weighted_at.timestamp()}) and (up == 1)) == scalar(count(up))")
    grown = pages_of([GROWN if side is LONG else side for side in SIDES])
    exposition.pages = {path: page.text for path, page in grown.items()}
    for product in PRODUCTS:
        numbers.until(f"sum({series_of(product)}) == 1100")

    for product in PRODUCTS:
        for over, bad in ((None, 3), (HALF, 5)):
            live, again = (bad_requests(product, over, weighted_at) for _ in range(2))
            judged_alike(numbers, *live, *again)
            assert live[1].state.total.candidate == Counts(100, bad), product
            assert live[1].state.total.stable == Counts(0, 0), product
            assert again[1].state == live[1].state
            assert again[1].state.as_floats() == live[1].state.as_floats()

        timed, anew = (latency(product, weighted_at) for _ in range(2))
        judged_alike(numbers, *timed, *anew)
        assert timed[1].rules is not None
        assert timed[1].rules.boundaries == (0.1, 0.5, 1.0), product
        assert timed[1].state is not None
        assert timed[1].state.total == TailBlock(Tails(100, (100, 5, 0)), Tails(0, (0, 0, 0))), product
        assert anew[1].state == timed[1].state


def judged_alike(numbers: Numbers, live: Track, tally: Tally, again: Track, anew: Tally) -> None:
    """Follow one track round by round until the candidate grew, and the other in one piece."""
    start = live.counting.weighted_at.timestamp()
    until = int(start) - 1
    while not grown(tally) and until < start + SECONDS:
        until += 1

        def arrived(end: int = until) -> bool:
            return time.time() > end + 1

        assert within(SECONDS, arrived)
        follow(numbers, live, until)

    follow(numbers, again, until)
    assert grown(anew)


def grown(tally: Tally) -> bool:
    """True once requests of the candidate were judged."""
    if isinstance(tally, BadRequests):
        return tally.state.total.candidate.requests > 0

    return isinstance(tally, Latency) and tally.state is not None and tally.state.total.candidate.requests > 0


def bad_requests(product: str, over: timedelta | None, weighted_at: datetime) -> tuple[Track, BadRequests]:
    counting = counting_of(product, Shape(PRODUCTS[product][0], over), weighted_at)
    tally = BadRequests(counting.shape, WANTED)
    return Track(counting=counting, tally=tally), tally


def latency(product: str, weighted_at: datetime) -> tuple[Track, Latency]:
    counting = counting_of(product, Shape(PRODUCTS[product][0], histogram=True), weighted_at)
    tally = Latency(counting, WANTED)
    return Track(counting=counting, tally=tally), tally


def counting_of(product: str, shape: Shape, weighted_at: datetime) -> Counting:
    candidate, stable = backend(LONG, product), backend(STILL, product)
    return Counting(shape=shape, candidate=candidate, stable=stable, before=stable, weighted_at=weighted_at, cell=CELL)


def follow(numbers: Numbers, found: Track, until: int) -> None:
    """What a round does."""
    counting = found.counting
    sides = (counting.candidate, counting.stable)
    window = timedelta(milliseconds=until * 1000 - found.taken)
    series = read(counting.shape, sides, numbers.raw(counting.shape, sides, until, window))
    found.take([each for side in sides for each in series.get(side, [])], until=until * 1000)


def series_of(product: str) -> str:
    """The requests of `long` that its product counts."""
    row = COUNTS[PRODUCTS[product][0]]
    return selector(row.counter, [row.backend(backend(LONG, product))], row.only.matcher if row.only else "")


def pods_up(numbers: Numbers, matcher: str) -> list[str]:
    """The pods that a matcher selects, in whichever of the last scrapes that were not missed."""
    return [labels["pod"] for labels, _ in numbers.vector(f"last_over_time(pod_up{{{matcher}}}[1m])")]


@pytest.mark.parametrize(
    ("release", "pod"), [("web", PODS["web"]), (LONGEST, PODS["the longest"])], ids=["short", "52"]
)
def test_the_candidates_pods_are_its_own_and_no_others(numbers: Numbers, release: str, pod: str) -> None:
    known = variables.values(
        namespace="shop", release=release, stable=STABLE, candidate=REVISION, weight=5, window=MINUTE
    )
    found = pods_up(numbers, variables.fill('pod=~"$candidate_pods"', known))

    assert found == [pod]


def test_stables_pods_are_not_the_candidates(numbers: Numbers) -> None:
    known = variables.values(
        namespace="shop", release="web", stable=STABLE, candidate=REVISION, weight=5, window=MINUTE
    )
    found = pods_up(numbers, variables.fill('pod=~"$stable_pods"', known))

    assert found == [PODS["stable"]]


def test_a_short_revision_does_not_reach_into_a_release_that_is_named_like_it(numbers: Numbers) -> None:
    known = variables.values(namespace="shop", release="web", stable="", candidate="b", weight=5, window=MINUTE)

    assert pods_up(numbers, variables.fill('pod=~"$candidate_pods"', known)) == []
