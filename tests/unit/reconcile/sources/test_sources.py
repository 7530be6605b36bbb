"""A metric source that cannot be used says what is missing; one that can is asked as it was declared."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tidegate.api import InvalidSpec, SourceKind
from tidegate.api.names import LABEL_METRIC_SOURCE
from tidegate.api.objectives import MetricSourceRef
from tidegate.clients import Reply
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.answer import Sample, Unusable
from tidegate.metrics.scrape import at, at_each
from tidegate.metrics.translator import Question
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.sources.channel import sameness
from tidegate.reconcile.sources.secrets import Secrets
from tidegate.reconcile.sources.sources import Source, Sources
from tidegate.watch import Object, Store

SECRET = {"name": "key", "namespace": "monitoring"}
PROMETHEUS = {"prometheus": {"address": "https://prometheus.example", "authSecret": SECRET}}
DATADOG = {"datadog": {"authSecret": SECRET}}
WEB = {"web": {"url": "https://checks.example/?q=$query", "jsonPath": "value"}}
QUESTION = Question(words="up", end=datetime(2026, 3, 1, tzinfo=UTC), window=timedelta(minutes=1))


def resolved(spec: Object, *, scope: Scope | None = None, **keys: str) -> Source | Blocked:
    """The cluster's default source, with one Secret where it has keys."""
    cluster, secrets = Store(), Store()
    cluster.put({"metadata": {"name": "default", "resourceVersion": "1", "uid": "u"}, "spec": spec})
    if keys:
        data = {name.replace("_", "-"): base64.b64encode(value.encode()).decode() for name, value in keys.items()}
        secrets.put({"metadata": {**SECRET, "resourceVersion": "2", "uid": "s"}, "data": data})

    return Sources(Store(), cluster, Secrets(secrets, LABEL_METRIC_SOURCE, scope or Scope())).resolve(
        MetricSourceRef(), "shop"
    )


def resolved_of_a_namespace(spec: Object) -> Source | Blocked:
    """A source that the namespace itself declares."""
    own, nothing = Store(), Store()
    metadata = {"namespace": "shop", "name": "mine", "resourceVersion": "1", "uid": "u"}
    own.put({"metadata": metadata, "spec": spec})
    sources = Sources(own, Store(), Secrets(nothing, LABEL_METRIC_SOURCE, Scope()))
    return sources.resolve(MetricSourceRef(kind=SourceKind.METRIC_SOURCE, name="mine"), "shop")


def usable(spec: Object, **keys: str) -> Source:
    found = resolved(spec, scope=None, **keys)
    assert isinstance(found, Source), found
    return found


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        (Scope(), "is missing, or lacks the label"),
        (Scope(namespaces=("monitoring",)), "is missing, or lacks the label"),
        (Scope(namespaces=("shop",)), "is in a namespace that this operator does not watch"),
    ],
    ids=["all are watched", "its own is watched", "its own is not watched"],
)
def test_a_secret_that_is_not_found_says_whether_it_could_be(scope: Scope, sentence: str) -> None:
    found = resolved(PROMETHEUS, scope=scope)

    assert isinstance(found, Blocked)
    assert found.reason is Reason.SECRET_MISSING
    assert f"Secret monitoring/key {sentence}" in found.sentence


@pytest.mark.parametrize(
    ("spec", "keys", "sentence"),
    [
        (PROMETHEUS, {"username": "a"}, "has neither the key token nor the keys username and password"),
        (PROMETHEUS, {"token": "ä"}, "key token holds characters that no token has"),
        (DATADOG, {"api_key": "a"}, "has no key app-key"),
        (DATADOG, {"api_key": "a\nb", "app_key": "c"}, "key api-key holds characters that no api-key has"),
    ],
    ids=["half a password", "no ascii", "one of two keys", "a line break"],
)
def test_a_secret_that_cannot_be_used_says_which_key(spec: Object, keys: dict[str, str], sentence: str) -> None:
    found = resolved(spec, scope=None, **keys)

    assert isinstance(found, Blocked)
    assert found.reason is Reason.SECRET_INVALID
    assert sentence in found.sentence


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ({}, "exactly one of prometheus"),
        ({**PROMETHEUS, **DATADOG}, "exactly one of prometheus"),
        ({"web": {**WEB["web"], "url": "https://checks.example/?q=1"}}, r"must have \$query"),
        ({"web": {**WEB["web"], "url": "https://checks.example/?q=$query&a=$nobody"}}, r"unknown variable \$nobody"),
        ({"web": {**WEB["web"], "url": "https://$query.example/?q=$query"}}, "should match"),
        ({"web": {**WEB["web"], "body": "{}"}}, "needs method POST"),
        ({"datadog": {**DATADOG["datadog"], "window": "2h"}}, "at most 1h"),
        ({"datadog": {**DATADOG["datadog"], "address": "https://me:secret@datadog.example"}}, "should match"),
    ],
    ids=[
        "none",
        "two",
        "asks nothing",
        "unknown variable",
        "host from a question",
        "body of a GET",
        "window",
        "password",
    ],
)
def test_a_source_that_is_declared_wrong_says_how(spec: Any, sentence: str) -> None:
    found = resolved(spec, api_key="a", app_key="b")

    assert isinstance(found, Blocked)
    assert found.reason is Reason.METRIC_SOURCE_MISSING
    assert re.search(sentence, found.sentence)


def test_a_source_is_asked_with_its_headers_its_time_and_its_credentials() -> None:
    headers = [{"name": "X-Scope-OrgID", "value": "team"}, {"name": "content-type", "value": "mine"}]
    spec = {"prometheus": {**PROMETHEUS["prometheus"], "headers": headers, "timeout": "3s", "allowLinkLocal": True}}

    ask = usable(spec, token="secret").ask(QUESTION)

    assert ask.headers["X-Scope-OrgID"] == "team"
    assert ask.headers["Authorization"] == "Bearer secret"
    assert "content-type" not in ask.headers
    assert (ask.method, ask.seconds, ask.link_local) == ("POST", 3.0, True)


def labelled(*labels: tuple[str, str]) -> Object:
    declared = [{"name": name, "value": value} for name, value in labels]
    return {"prometheus": {"address": "https://prometheus.example", "labels": declared}}


def test_the_labels_of_a_source_are_matchers_and_two_that_differ_in_one_share_no_question() -> None:
    sources = [usable(labelled(("cluster", value))) for value in ("eu-1", "us-1")]
    asks = [source.ask_raw(f"up{{{','.join(source.labels)}}}[1m]", 0) for source in sources]

    assert sources[0].labels == ('cluster="eu-1"',)
    assert usable(labelled(("cluster", '"} or up #'))).labels == ('cluster="\\"} or up #"',)
    assert len({sameness(ask) for ask in asks}) == 2
    assert usable(WEB).labels == ()


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([("cluster", "eu"), ("cluster", "us")], "must have different names"),
        ([("0-cluster", "eu")], "should match pattern"),
        ([("cluster", "")], "at least 1 character"),
        ([("cluster", "x" * 129)], "at most 128 characters"),
        ([(f"label_{place}", "x") for place in range(9)], "at most 8 items"),
    ],
    ids=["twice", "no name of a label", "empty", "too long", "too many"],
)
def test_labels_that_no_series_can_have_are_refused(labels: list[tuple[str, str]], sentence: str) -> None:
    found = resolved(labelled(*labels))

    assert isinstance(found, Blocked)
    assert "labels" in found.sentence
    assert sentence in found.sentence


@pytest.mark.parametrize("name", ["Authorization", "proxy-authorization", "COOKIE"])
def test_a_header_that_is_declared_holds_no_credentials(name: str) -> None:
    found = resolved({"web": {**WEB["web"], "headers": [{"name": name, "value": "secret"}]}})

    assert isinstance(found, Blocked)
    assert "holds credentials: they come from authSecret" in found.sentence


def test_the_token_of_a_web_source_goes_in_the_header_that_it_names() -> None:
    spec = {"web": {**WEB["web"], "authSecret": SECRET, "authHeader": "X-API-Key"}}

    assert usable(spec, token="secret").ask(QUESTION).headers == {"X-API-Key": "secret"}
    found = resolved(spec, username="a", password="b")
    assert isinstance(found, Blocked)
    assert found.sentence.endswith("Secret monitoring/key: has no key token")


def test_a_header_for_a_token_needs_the_secret_that_has_it() -> None:
    found = resolved({"web": {**WEB["web"], "authHeader": "X-API-Key"}})

    assert isinstance(found, Blocked)
    assert "authHeader: needs authSecret" in found.sentence


def test_only_a_source_that_says_so_is_asked_where_credentials_are() -> None:
    assert not usable(WEB).ask(QUESTION).link_local


def test_a_source_of_a_namespace_that_an_older_crd_let_to_where_credentials_are_is_not_asked() -> None:
    """Whoever writes into a namespace would read a machine's credentials."""
    found = resolved_of_a_namespace({"web": {**WEB["web"], "allowLinkLocal": True}})

    assert isinstance(resolved_of_a_namespace(WEB), Source)
    assert isinstance(found, Blocked)
    assert found.reason is Reason.METRIC_SOURCE_MISSING
    assert found.sentence == (
        "spec.metricSource: MetricSource mine is invalid: spec.web.allowLinkLocal: is for a ClusterMetricSource alone:"
        " declare one there, or take it out here"
    )


@pytest.mark.parametrize("status", [201, 302, 401, 429, 503])
def test_only_a_200_is_an_answer(status: int) -> None:
    answer = usable(WEB).meaning(Reply(status, b'{"value": 0.25}'))

    assert isinstance(answer, Unusable)
    assert f"HTTP {status}" in answer.why


def test_a_200_is_read() -> None:
    assert usable(WEB).meaning(Reply(200, b'{"value": 0.25}')) == Sample(0.25)


def test_pages_are_read_by_the_operator_and_by_nobody_who_asks() -> None:
    source = usable(
        {"scrape": {"addresses": ["http://gateway:9100/metrics"], "headers": [{"name": "X", "value": "1"}]}}
    )
    with pytest.raises(InvalidSpec, match="is read by the operator"):
        source.ask_raw("requests[1m]", 0)

    ask = source.page(at("http://gateway:9100/metrics"))
    assert (ask.method, ask.url, ask.headers["X"], ask.largest) == ("GET", "http://gateway:9100/metrics", "1", 2**24)


def test_a_process_behind_a_name_shows_the_certificate_of_the_name() -> None:
    source = usable({"scrape": {"addresses": ["https://gateway:9100/metrics"], "eachAddress": True}})
    (target,) = at_each("https://gateway:9100/metrics", ("10.0.0.1",))

    ask = source.page(target)

    assert (ask.url, ask.name, ask.headers["Host"]) == ("https://10.0.0.1:9100/metrics", "gateway", "gateway:9100")


@pytest.mark.parametrize(
    ("declared", "field"),
    [
        ({}, "exactly one of addresses, pods"),
        ({"addresses": ["http://a"], "pods": {"port": 80}}, "exactly one of addresses, pods"),
        ({"addresses": ["http://a", "http://a"]}, "addresses: must be different ones"),
        ({"pods": {"port": 80}, "authSecret": {"name": "key"}}, "pods: goes without eachAddress and authSecret"),
        ({"pods": {"port": 80}, "eachAddress": True}, "pods: goes without eachAddress and authSecret"),
        ({"addresses": ["http://a"], "interval": "500ms"}, "must be at least 1s and at most 1m"),
        ({"addresses": ["http://a"], "timeout": "11s"}, "must be at least 100ms and at most 10s"),
        ({"addresses": ["http://me:secret@a"]}, "String should match pattern"),
    ],
)
def test_pages_that_cannot_be_read_are_refused_with_the_field(declared: dict[str, Any], field: str) -> None:
    found = resolved({"scrape": declared})

    assert isinstance(found, Blocked)
    assert field in found.sentence
