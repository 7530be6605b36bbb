"""Every data plane's built-in questions, asked of a real Prometheus that scrapes what the product writes."""

import json
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
from tidegate.metrics import variables
from tidegate.metrics.answer import Answer, NoData, Sample
from tidegate.metrics.backend import Backend
from tidegate.metrics.data_planes import COUNTS, error_ratio, slow_requests
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.translator import Question

SECONDS = 30
MINUTE = timedelta(minutes=1)
SHORT = timedelta(seconds=3)
HALF = timedelta(milliseconds=500)
LEAST = 20
STABLE, REVISION = "nnnnnkkkkk", "bcdfghjklm"

WEB = Side(
    namespace="shop", release="web", revision=REVISION, role="candidate", served=Served(requests=100, errors=3, slow=5)
)
BAD = Served(requests=1000, errors=500, slow=500)
# A counter has a past before the window, and grows in it.
LONG = replace(WEB, release="long", served=BAD)
GROWN = replace(LONG, served=Served(requests=1100, errors=503, slow=505))
FEW = replace(WEB, release="few", served=Served(requests=19, errors=19, slow=19))
SIDES = [
    WEB,
    LONG,
    FEW,
    # All that is near, fails and must not count: stable, names that contain ours, and our name elsewhere.
    replace(WEB, role="stable", revision=STABLE, served=BAD),
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

    def ask(self, promql: str, instant: float | None = None) -> Answer:
        """The answer, as the operator asks and reads it; at an instant where one is given."""
        now, source = datetime.fromtimestamp(instant or 0, UTC), Prometheus(address=self.address)
        asked = source.request(Question(words=promql, end=now, window=timedelta(minutes=1)))
        time = f"&time={instant:.3f}" if instant else ""
        with urllib.request.urlopen(asked.url, data=asked.body + time.encode(), timeout=10) as answer:
            return source.parse(answer.read())

    def vector(self, promql: str) -> list[tuple[dict[str, str], str]]:
        """Every series and its value."""
        return [(series["metric"], series["value"][1]) for series in self._result(promql)]

    def _result(self, promql: str) -> list[Object]:
        query = urllib.parse.urlencode({"query": promql})
        with urllib.request.urlopen(f"{self.address}/api/v1/query?{query}", timeout=10) as answer:
            found: list[Object] = json.loads(answer.read())["data"]["result"]
            return found

    def changed(self, series: str) -> float:
        """The instant of the first scrape in which one of the series has another value than before."""
        for found in self._result(f"{series}[1m]"):
            values = [(float(instant), value) for instant, value in found["values"]]
            later = [instant for instant, value in values if value != values[0][1]]
            if later:
                return later[0]

        raise LookupError(series)

    def until(self, promql: str) -> float:
        """Wait until a question has an answer, and return it: scrapes tell nobody when they are done."""
        assert within(SECONDS, lambda: isinstance(self.ask(promql), Sample)), promql
        answer = self.ask(promql)
        assert isinstance(answer, Sample)
        return answer.value


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
        namespace=home.namespace, release=side.release, revision=side.revision, service=side.service, port=80
    )


def errors(product: str, side: Side, window: timedelta = MINUTE) -> str:
    return error_ratio(PRODUCTS[product][0], backend(side, product), window=window, least=LEAST)


def slow(product: str, side: Side, over: timedelta = HALF, window: timedelta = MINUTE) -> str:
    return slow_requests(PRODUCTS[product][0], backend(side, product), over=over, window=window, least=LEAST)


def about(value: float) -> object:
    return Sample(pytest.approx(value))


@pytest.mark.parametrize("product", PRODUCTS)
def test_three_errors_of_a_hundred_are_three_percent_whatever_fails_nearby(numbers: Numbers, product: str) -> None:
    assert numbers.ask(errors(product, WEB)) == about(0.03)


@pytest.mark.parametrize("product", PRODUCTS)
def test_five_slow_requests_of_a_hundred_are_five_percent_by_the_bucket(numbers: Numbers, product: str) -> None:
    assert numbers.ask(slow(product, WEB)) == about(0.05)
    assert numbers.ask(slow(product, WEB, over=timedelta(seconds=1))) == about(0)
    assert numbers.ask(slow(product, WEB, over=timedelta(milliseconds=100))) == about(1)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_missing_bucket_is_no_data_and_not_all_slow(numbers: Numbers, product: str) -> None:
    assert isinstance(numbers.ask(slow(product, WEB, over=timedelta(milliseconds=300))), NoData)


@pytest.mark.parametrize("product", PRODUCTS)
def test_too_few_requests_are_no_data_though_all_of_them_fail(numbers: Numbers, product: str) -> None:
    assert isinstance(numbers.ask(errors(product, FEW)), NoData)
    assert isinstance(numbers.ask(slow(product, FEW)), NoData)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_release_that_nobody_counts_has_no_data(numbers: Numbers, product: str) -> None:
    nobody = replace(WEB, release="nobody")

    assert isinstance(numbers.ask(errors(product, nobody)), NoData)
    assert isinstance(numbers.ask(slow(product, nobody)), NoData)


def test_requests_without_a_code_are_not_taken_for_good_ones(numbers: Numbers) -> None:
    side = replace(backend(WEB, "Traefik"), namespace="codeless")

    assert numbers.ask(f'http_requests_total{{namespace="codeless",pod=~"{side.pods}"}}') == Sample(100)
    asked = error_ratio(DataPlane.APPLICATION, side, window=MINUTE, least=LEAST)
    assert isinstance(numbers.ask(asked), NoData)


def test_what_a_counter_grows_by_in_the_window_is_all_that_counts(numbers: Numbers) -> None:
    series = {product: series_of(product) for product in PRODUCTS}
    for found in series.values():
        numbers.until(f"sum({found} offset 3s) == 1000")

    grown = pages_of([GROWN if side is LONG else side for side in SIDES])
    numbers.exposition.pages = {path: page.text for path, page in grown.items()}

    for product, found in series.items():
        numbers.until(f"sum({found}) == 1100")
        instant = numbers.changed(found)
        assert numbers.ask(errors(product, LONG, SHORT), instant) == about(0.03), product
        assert numbers.ask(slow(product, LONG, window=SHORT), instant) == about(0.05), product


def series_of(product: str) -> str:
    """The requests of `long` that its product counts."""
    counts = COUNTS[PRODUCTS[product][0]]
    return f"{counts.counter}{{{counts.backend(backend(LONG, product))}}}"


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
