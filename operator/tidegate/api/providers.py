"""Who answers the questions of objectives: one model for each kind of server, its address and how to be let in."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from .enums import Method
from .model import Declared, Duration, ObjectName, Timeout

# No name and password before the host: credentials come from Secrets alone.
Address = Annotated[str, Field(pattern=r"^https?://[^\s?#@]+$", max_length=1024)]
SHORT_PERIODS = frozenset({1, 5, 10, 20, 30})
# Headers that hold nothing else.
CREDENTIALS = ("authorization", "proxy-authorization", "cookie")
SHORTEST_WINDOW, LONGEST_WINDOW = timedelta(seconds=10), timedelta(hours=1)


def _bounded(window: timedelta) -> timedelta:
    """Less than a scrape says nothing; more than an hour costs the source too much."""
    if not SHORTEST_WINDOW <= window <= LONGEST_WINDOW:
        message = "must be at least 10s and at most 1h"
        raise ValueError(message)

    return window


Window = Annotated[Duration, AfterValidator(_bounded)]


class SecretRef(Declared):
    """A Secret in the source's namespace, labelled `tidegate.dev/metric-source`."""

    name: Annotated[ObjectName, Field(description="The Secret's name.")]
    namespace: Annotated[ObjectName | None, Field(description="Its namespace; only for a ClusterMetricSource.")] = None


class Tls(Declared):
    """How the source's certificate is checked."""

    ca_secret: Annotated[SecretRef | None, Field(description="A Secret with ca.crt.")] = None
    insecure_skip_verify: Annotated[bool, Field(description="True checks no certificate. For tests only.")] = False


def _without_credentials(name: str) -> str:
    """What stands in a source is read by whoever may read it, and is in Git."""
    if name.lower() in CREDENTIALS:
        message = "holds credentials: they come from authSecret"
        raise ValueError(message)

    return name


class Header(Declared):
    """A header that goes with every question, such as a tenant."""

    name: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9-]+$", max_length=64, description="The header's name."),
        AfterValidator(_without_credentials),
    ]
    value: Annotated[str, Field(max_length=1024, description="Its value. Secrets belong into authSecret.")]


# What a machine's metadata service answers would be read by whoever may write into a namespace.
NOT_OF_A_NAMESPACE = "is for a ClusterMetricSource alone: declare one there, or take it out here"


class Provider(Declared):
    """What is said of every server that is asked."""

    timeout: Annotated[Timeout, Field(description="How long one answer may take.")] = "5s"  # type: ignore[assignment]
    headers: Annotated[tuple[Header, ...], Field(max_length=16, description="Headers for every question.")] = ()
    tls: Annotated[Tls, Field(description="How its certificate is checked.")] = Tls()
    allow_link_local: Annotated[
        bool,
        Field(
            description="True also asks link-local addresses and a machine's metadata service, which else are never"
            " asked. For a ClusterMetricSource alone."
        ),
    ] = False


class SeriesLabel(Declared):
    """A label that a series must have to be counted."""

    name: Annotated[
        str,
        Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=128, description="The label's name, such as cluster."),
    ]
    value: Annotated[str, Field(min_length=1, max_length=128, description="Its value, as it stands: no pattern.")]


def _different(labels: tuple[SeriesLabel, ...]) -> tuple[SeriesLabel, ...]:
    """No series has two values of one label."""
    if len({label.name for label in labels}) < len(labels):
        message = "must have different names"
        raise ValueError(message)

    return labels


class Prometheus(Provider):
    """A server that speaks Prometheus' HTTP API."""

    address: Annotated[Address, Field(description="Its base address, without /api/v1.")]
    labels: Annotated[
        tuple[SeriesLabel, ...],
        Field(
            max_length=8,
            description="What all series of this cluster have, in a store that holds several: put into every question"
            " but those of objectives by query.",
        ),
        AfterValidator(_different),
    ] = ()
    auth_secret: Annotated[
        SecretRef | None, Field(description="A Secret with token, or with username and password.")
    ] = None


class Windowed(Provider):
    """A server that is told how far back a question looks."""

    window: Annotated[
        Window,
        Field(description="How far back a question looks at most; never past the candidate's first weight."),
    ] = "5m"  # type: ignore[assignment]


class Datadog(Windowed):
    """Datadog's timeseries queries. Objectives ask by query.text, such as `avg:errors{version:$candidate_revision}`."""

    address: Annotated[Address, Field(description="The API of your Datadog site.")] = "https://api.datadoghq.com"
    auth_secret: Annotated[SecretRef, Field(description="A Secret with api-key and app-key.")]


class CloudWatch(Windowed):
    """CloudWatch's GetMetricData. Objectives ask by query.text: an expression, or a JSON list of queries."""

    region: Annotated[
        str,
        Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", max_length=32, description="The AWS region, such as eu-west-1."),
    ]
    address: Annotated[
        Address | None,
        Field(description="Another endpoint than https://monitoring.<region>.amazonaws.com, such as one of your VPC."),
    ] = None
    period: Annotated[
        int,
        Field(
            ge=1,
            le=3600,
            description="Seconds that one value stands for, where query.text is an expression: 1, 5, 10, 20, 30 or a"
            " multiple of 60.",
        ),
    ] = 60
    auth_secret: Annotated[
        SecretRef,
        Field(description="A Secret with access-key-id and secret-access-key; session-token where the key has one."),
    ]

    @model_validator(mode="after")
    def _period_of_aws(self) -> "CloudWatch":
        if self.period not in SHORT_PERIODS and self.period % 60:
            message = "period: must be 1, 5, 10, 20, 30 or a multiple of 60"
            raise ValueError(message)

        return self


class NewRelic(Windowed):
    """New Relic's NerdGraph. Objectives ask in NRQL by query.text, with `SINCE $window_seconds seconds ago`."""

    address: Annotated[
        Address, Field(description="NerdGraph's address; https://api.eu.newrelic.com for an account in the EU.")
    ] = "https://api.newrelic.com"
    account_id: Annotated[int, Field(ge=1, le=2**31 - 1, description="The account that is asked.")]
    auth_secret: Annotated[SecretRef, Field(description="A Secret with api-key, a user key.")]


class Dynatrace(Windowed):
    """Dynatrace's Metrics API v2. Objectives ask by query.text: a metric selector that is one series."""

    address: Annotated[Address, Field(description="The environment, such as https://abc12345.live.dynatrace.com.")]
    auth_secret: Annotated[SecretRef, Field(description="A Secret with token, whose scope is metrics.read.")]


class InfluxDb(Windowed):
    """InfluxDB 2. Objectives ask in Flux by query.text, with `range(start: -$window)`."""

    address: Annotated[Address, Field(description="Its base address, without /api/v2.")]
    organization: Annotated[str, Field(min_length=1, max_length=253, description="The organization, by its name.")]
    auth_secret: Annotated[SecretRef, Field(description="A Secret with token.")]


class Graphite(Windowed):
    """Graphite. Objectives ask by query.text: a target that is one series."""

    address: Annotated[Address, Field(description="Its base address, without /render.")]
    auth_secret: Annotated[
        SecretRef | None, Field(description="A Secret with token, or with username and password.")
    ] = None


class Web(Windowed):
    """Any address that answers with JSON. What an objective says in query.text takes the place of $query."""

    url: Annotated[
        str,
        Field(
            pattern=r"^https?://[^\s?#@$]+(\?[^\s#]*)?$",
            max_length=1024,
            description="Where to ask. Behind the ? may stand $query and the variables of a query, each percent-encoded"
            " when it is filled in.",
        ),
    ]
    method: Annotated[Method, Field(description="How it is asked.")] = Method.GET
    body: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=4096,
            description="The JSON that a POST sends. Within its strings may stand $query and the variables of a query.",
        ),
    ] = None
    json_path: Annotated[
        str,
        Field(
            pattern=r"^([A-Za-z0-9_-]+|\[[0-9]{1,4}\])(\.[A-Za-z0-9_-]+|\[[0-9]{1,4}\])*$",
            max_length=253,
            description="Where the number is in the answer: names behind dots, indexes in brackets, such as"
            " `data.result[0].value`.",
        ),
    ]
    auth_secret: Annotated[
        SecretRef | None, Field(description="A Secret with token, or with username and password.")
    ] = None
    auth_header: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9-]+$",
            max_length=64,
            description="The header that the Secret's token goes in as it stands, such as X-API-Key. Absent:"
            " Authorization, as a bearer token.",
        ),
    ] = None

    @model_validator(mode="after")
    def _asks(self) -> "Web":
        """A question that is put nowhere would be a gate that is silently passed."""
        if self.auth_header and self.auth_secret is None:
            message = "authHeader: needs authSecret"
            raise ValueError(message)

        if "$query" not in self.url + (self.body or ""):
            message = "must have $query in url or in body"
            raise ValueError(message)

        if self.body and self.method is Method.GET:
            message = "body: needs method POST"
            raise ValueError(message)

        return self
