"""Where numbers come from: a Prometheus, its address and how to be let in."""

from typing import Annotated, Any

from pydantic import Field

from .model import Declared, ObjectName, Timeout, parse


class SecretRef(Declared):
    """A Secret in the source's namespace, labelled `tidegate.dev/metric-source`."""

    name: Annotated[ObjectName, Field(description="The Secret's name.")]
    namespace: Annotated[ObjectName | None, Field(description="Its namespace; only for a ClusterMetricSource.")] = None


class Tls(Declared):
    """How the source's certificate is checked."""

    ca_secret: Annotated[SecretRef | None, Field(description="A Secret with ca.crt.")] = None
    insecure_skip_verify: Annotated[bool, Field(description="True checks no certificate. For tests only.")] = False


class Header(Declared):
    """A header that goes with every question, such as a tenant."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$", max_length=64, description="The header's name.")]
    value: Annotated[str, Field(max_length=1024, description="Its value. Secrets belong into auth.")]


class Prometheus(Declared):
    """A server that speaks Prometheus' HTTP API."""

    address: Annotated[
        str, Field(pattern=r"^https?://[^\s?#]+$", max_length=1024, description="Its base address, without /api/v1.")
    ]
    timeout: Annotated[Timeout, Field(description="How long one answer may take.")] = "5s"  # type: ignore[assignment]
    headers: Annotated[tuple[Header, ...], Field(max_length=16, description="Headers for every question.")] = ()
    auth_secret: Annotated[
        SecretRef | None, Field(description="A Secret with token, or with username and password.")
    ] = None
    tls: Annotated[Tls, Field(description="How its certificate is checked.")] = Tls()


class MetricSourceSpec(Declared):
    """One source of numbers."""

    prometheus: Annotated[Prometheus, Field(description="A server that speaks Prometheus' HTTP API.")]


def parse_source(spec: dict[str, Any]) -> MetricSourceSpec:
    """The source as values. Raises InvalidSpec for the first field that is wrong."""
    return parse(MetricSourceSpec, spec)
