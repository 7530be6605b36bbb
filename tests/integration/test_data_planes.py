"""Every data plane's counters, asked of a real Prometheus that scrapes what the product writes, and judged."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.cluster.api import Object
from tests.cluster.control_plane import free_port
from tests.cluster.processes import Processes, within
from tests.cluster.prometheus import start
from tests.integration import expositions
from tests.integration.expositions import Exposition, Page, Served, Side, of_gateway, of_pods
from tidegate.api import DataPlane
from tidegate.judge.counts import Counts
from tidegate.metrics import samples, variables
from tidegate.metrics.answer import Answer, NotWhole, Sample, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.data_planes import COUNTS
from tidegate.metrics.matchers import selector
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.raw_counts import ERRORS, QUICK, REQUESTS, RawSeries, Shape, questions, read
from tidegate.metrics.samples import Series
from tidegate.metrics.translator import Question, Request
from tidegate.reconcile.rules import Wanted
from tidegate.reconcile.track import Counting, Track

SECONDS = 30
MINUTE = timedelta(minutes=1)
CELL = timedelta(seconds=1)
HALF = timedelta(milliseconds=500)
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


@dataclass(frozen=True, slots=True)
class Numbers:
    """A Prometheus, and the pages that it scrapes."""

    address: str
    exposition: Exposition

    def ask(self, promql: str) -> Answer:
        """The answer, as the operator asks and reads it."""
        source = Prometheus(address=self.address)
        return source.parse(self.send(source.request(Question(words=promql, end=now(), window=MINUTE))))

    def raw(self, shape: Shape, sides: tuple[Backend, ...], at: float, window: timedelta) -> list[RawSeries]:
        """The samples of all these sides, as the operator asks for them."""
        source, found = Prometheus(address=self.address), []
        for question in questions(shape, sides, window):
            answer = source.raw(self.send(source.raw_request(question, at=int(at * 1000), timeout=MINUTE)))
            assert not isinstance(answer, Unusable), answer.why
            found += answer

        return found

    def send(self, asked: Request) -> bytes:
        """The body of the answer."""
        with urllib.request.urlopen(asked.url, data=asked.body, timeout=10) as answer:
            body: bytes = answer.read()
            return body

    def vector(self, promql: str) -> list[tuple[dict[str, str], str]]:
        """Every series and its value."""
        return [(series["metric"], series["value"][1]) for series in self._result(promql)]

    def _result(self, promql: str) -> list[Object]:
        query = urllib.parse.urlencode({"query": promql})
        with urllib.request.urlopen(f"{self.address}/api/v1/query?{query}", timeout=10) as answer:
            found: list[Object] = json.loads(answer.read())["data"]["result"]
            return found

    def until(self, promql: str) -> float:
        """Wait until a question has an answer, and return it: scrapes tell nobody when they are done."""
        assert within(SECONDS, lambda: isinstance(self.ask(promql), Sample)), promql
        answer = self.ask(promql)
        assert isinstance(answer, Sample)
        return answer.value


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


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
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Numbers]:
    folder = tmp_path_factory.mktemp("prometheus")
    processes, place = Processes(folder), f"127.0.0.1:{free_port()}"
    pages = pages_of(SIDES)
    with Exposition() as exposition:
        exposition.pages = {path: page.text for path, page in pages.items()}
        jobs = [scraped(path, page, exposition) for path, page in pages.items()]
        try:
            start(processes, folder, place, {"global": {"scrape_interval": "500ms"}, "scrape_configs": jobs})
            found = Numbers(f"http://{place}", exposition)
            found.until(f"count(up == 1) == {len(jobs)}")
            yield found
        finally:
            processes.stop_all()


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


def counts(numbers: Numbers, product: str, *sides: Side, over: timedelta | None = None) -> list[dict[str, int]]:
    """What each side's counters say now, by what is counted."""
    shape, backends = Shape(PRODUCTS[product][0], over), tuple(backend(side, product) for side in sides)
    found = read(shape, backends, numbers.raw(shape, backends, time.time(), MINUTE))
    return [totals(found.get(each, [])) for each in backends]


def totals(found: list[Series]) -> dict[str, int]:
    parts: dict[str, int] = {}
    for series in found:
        part = series.counter.part
        parts[part] = parts.get(part, 0) + round(series.samples[-1].value)

    return parts


@pytest.mark.parametrize("product", PRODUCTS)
def test_requests_and_errors_of_both_sides_are_counted_whatever_fails_nearby(numbers: Numbers, product: str) -> None:
    assert counts(numbers, product, WEB, OTHER) == [
        {REQUESTS: 100, ERRORS: 3},
        {REQUESTS: 1000, ERRORS: 500},
    ]


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
    asked = Prometheus(address=numbers.address).raw_request("up[1m]", at=int(time.time() * 1000), timeout=MINUTE)
    cut = replace(asked, body=asked.body.replace(b"limit=20000", b"limit=3"))

    assert isinstance(Prometheus(address=numbers.address).raw(numbers.send(cut)), NotWhole)


def test_what_counters_grow_by_is_judged_and_judged_again_to_the_last_bit(numbers: Numbers) -> None:
    for product in PRODUCTS:
        numbers.until(f"sum({series_of(product)}) == 1000")

    # A pod whose first scrape is not before the first cell has yet to warm up.
    scraped_at = time.time()
    assert within(SECONDS, lambda: time.time() > scraped_at + 2 * CELL.total_seconds())
    weighted_at = now()
    # What rises from before the first weight to after it may be an earlier candidate's.
    numbers.until(f"min(timestamp(up)) > bool {weighted_at.timestamp()} == 1")
    grown = pages_of([GROWN if side is LONG else side for side in SIDES])
    numbers.exposition.pages = {path: page.text for path, page in grown.items()}
    for product in PRODUCTS:
        numbers.until(f"sum({series_of(product)}) == 1100")

    for product in PRODUCTS:
        for over, bad in ((None, 3), (HALF, 5)):
            live, again = track(product, over, weighted_at), track(product, over, weighted_at)
            until = int(weighted_at.timestamp()) - 1
            while not live.state.total.candidate.requests and until < weighted_at.timestamp() + SECONDS:
                until += 1
                assert within(SECONDS, lambda end=until: time.time() > end + 1)
                follow(numbers, live, until)

            follow(numbers, again, until)
            assert live.state.total.candidate == Counts(100, bad), product
            assert live.state.total.stable == Counts(0, 0), product
            assert again.state == live.state
            assert again.state.as_floats() == live.state.as_floats()


def track(product: str, over: timedelta | None, weighted_at: datetime) -> Track:
    counting = Counting(
        shape=Shape(PRODUCTS[product][0], over),
        candidate=backend(LONG, product),
        stable=backend(STILL, product),
        weighted_at=weighted_at,
        cell=CELL,
    )
    return Track(counting=counting, wanted=Wanted(part=1.0, bound=0.01, every=60, weight=20))


def follow(numbers: Numbers, found: Track, until: int) -> None:
    """What a tick does."""
    counting = found.counting
    sides = (counting.candidate, counting.stable)
    window = timedelta(milliseconds=until * 1000 - found.taken)
    series = read(counting.shape, sides, numbers.raw(counting.shape, sides, until, window))
    found.take([each for side in sides for each in series.get(side, [])], until=until * 1000)


def series_of(product: str) -> str:
    """The requests of `long` that its product counts."""
    row = COUNTS[PRODUCTS[product][0]]
    return selector(row.counter, [row.backend(backend(LONG, product))], row.only.matcher if row.only else "")


@pytest.mark.parametrize(
    ("release", "pod"), [("web", PODS["web"]), (LONGEST, PODS["the longest"])], ids=["short", "52"]
)
def test_the_candidates_pods_are_its_own_and_no_others(numbers: Numbers, release: str, pod: str) -> None:
    known = variables.values(
        namespace="shop", release=release, stable=STABLE, candidate=REVISION, weight=5, window=MINUTE
    )
    found = numbers.vector(variables.fill('pod_up{pod=~"$candidate_pods"}', known))

    assert [labels["pod"] for labels, _ in found] == [pod]


def test_stables_pods_are_not_the_candidates(numbers: Numbers) -> None:
    known = variables.values(
        namespace="shop", release="web", stable=STABLE, candidate=REVISION, weight=5, window=MINUTE
    )
    found = numbers.vector(variables.fill('pod_up{pod=~"$stable_pods"}', known))

    assert [labels["pod"] for labels, _ in found] == [PODS["stable"]]


def test_a_short_revision_does_not_reach_into_a_release_that_is_named_like_it(numbers: Numbers) -> None:
    known = variables.values(namespace="shop", release="web", stable="", candidate="b", weight=5, window=MINUTE)

    assert numbers.vector(variables.fill('pod_up{pod=~"$candidate_pods"}', known)) == []
