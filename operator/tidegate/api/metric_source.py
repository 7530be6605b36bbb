"""Where numbers come from: one of the servers that can be asked."""

from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic.alias_generators import to_camel

from .errors import InvalidSpec
from .model import Declared, one_of, parse
from .providers import (
    NOT_OF_A_NAMESPACE,
    CloudWatch,
    Datadog,
    Dynatrace,
    Graphite,
    InfluxDb,
    NewRelic,
    Prometheus,
    Provider,
    Web,
)
from .scrape import Scrape


class MetricSourceSpec(Declared):
    """One source of numbers."""

    prometheus: Annotated[Prometheus | None, Field(description="A server that speaks Prometheus' HTTP API.")] = None
    datadog: Annotated[Datadog | None, Field(description="Datadog's timeseries queries.")] = None
    cloud_watch: Annotated[CloudWatch | None, Field(description="CloudWatch's GetMetricData.")] = None
    new_relic: Annotated[NewRelic | None, Field(description="New Relic's NRQL, through NerdGraph.")] = None
    dynatrace: Annotated[Dynatrace | None, Field(description="Dynatrace's Metrics API v2.")] = None
    influxdb: Annotated[InfluxDb | None, Field(description="InfluxDB 2, asked in Flux.")] = None
    graphite: Annotated[Graphite | None, Field(description="Graphite's render API.")] = None
    web: Annotated[Web | None, Field(description="Any address that answers with JSON.")] = None

    scrape: Annotated[Scrape | None, Field(description="Pages that Tidegate reads itself: no server is needed.")] = None

    @property
    def provider(self) -> Provider:
        """The one that is declared."""
        found: Provider = getattr(self, self.name)
        return found

    @property
    def name(self) -> str:
        """The field that declares it."""
        return next(name for name in PROVIDERS if getattr(self, name))

    @model_validator(mode="after")
    def _one(self) -> "MetricSourceSpec":
        one_of(self, *PROVIDERS)
        return self


PROVIDERS = tuple(MetricSourceSpec.model_fields)


def parse_source(spec: dict[str, Any], *, of_a_namespace: bool) -> MetricSourceSpec:
    """The source as values. Raises InvalidSpec for the first field that is wrong, or that a namespace may not set."""
    declared = parse(MetricSourceSpec, spec)
    if of_a_namespace and declared.provider.allow_link_local:
        raise InvalidSpec(f"spec.{to_camel(declared.name)}.allowLinkLocal", NOT_OF_A_NAMESPACE)

    return declared
