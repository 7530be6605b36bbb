"""Claims about sources that are no Prometheus: asked in their own words, with their own keys."""

from dataclasses import replace

from tests.cluster.api import Object
from tests.integration.dialects import DialectServer, Heard
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.example import Example

GOOD, BAD = 0.0, 1000.0
KEY = "changed by whoever installs it"


def judged_by(example: Example, dialect: str) -> list[Heard]:
    """A revision is promoted by good numbers and the next one rolled back by bad ones: what the source was asked."""
    with DialectServer(dialect) as server:
        server.value = GOOD
        example.place = replace(example.place, elsewhere=f"http://{server.place}")
        first = example.serve()
        example.change()
        second = example.promoted(after=first)
        server.value = BAD
        example.change("3")
        rolled_back: Object = example.phase("RolledBack")

        assert (rolled_back["reason"], rolled_back["stable"]["revision"]) == ("ObjectiveBreached", second)
        asked = [heard for heard in server.heard if second in heard.text]
        assert asked
        return asked


@claim
def cloudwatch(example: Example) -> None:
    """By a list of queries, and by an expression; signed."""
    asked = judged_by(example, "CloudWatch")
    assert {heard.headers["Authorization"].split()[0] for heard in asked} == {"AWS4-HMAC-SHA256"}
    assert {"errors / requests" in heard.text for heard in asked} == {True, False}
    assert any("MAX(QueueLength)" in heard.text for heard in asked)


@claim
def datadog(example: Example) -> None:
    """By both keys of the site."""
    asked = judged_by(example, "Datadog")
    assert {(heard.headers["DD-API-KEY"], heard.headers["DD-APPLICATION-KEY"]) for heard in asked} == {(KEY, KEY)}


@claim
def dynatrace(example: Example) -> None:
    """By a metric selector, over the whole window."""
    asked = judged_by(example, "Dynatrace")
    assert {heard.headers["Authorization"] for heard in asked} == {f"Api-Token {KEY}"}
    assert all("resolution=Inf" in heard.text for heard in asked)


@claim
def graphite(example: Example) -> None:
    """By a target, where no key is needed."""
    asked = judged_by(example, "Graphite")
    assert not [heard for heard in asked if "Authorization" in heard.headers]


@claim
def influxdb(example: Example) -> None:
    """By Flux, for an organization."""
    asked = judged_by(example, "InfluxDB")
    assert {heard.headers["Authorization"] for heard in asked} == {f"Token {KEY}"}
    assert all("org=shop" in heard.text for heard in asked)


@claim
def new_relic(example: Example) -> None:
    """By NRQL, for an account."""
    asked = judged_by(example, "New Relic")
    assert {heard.headers["API-Key"] for heard in asked} == {KEY}
    assert all("1234567" in heard.text for heard in asked)


@claim
def web_source(example: Example) -> None:
    """By an address that has the question in it, with a token and a header."""
    asked = judged_by(example, "Web")
    assert {(heard.headers["Authorization"], heard.headers["X-Team"]) for heard in asked} == {(f"Bearer {KEY}", "shop")}
    assert all("/numbers?of=lost" in heard.text and f"release={example.name}" in heard.text for heard in asked)
