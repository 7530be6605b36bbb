"""Pages of metrics that Tidegate reads itself: of a gateway, or of a Release's own pods."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from .model import Declared, Duration, one_of
from .providers import Provider, SecretRef

PageAddress = Annotated[str, Field(pattern=r"^https?://[^\s?#@]+(\?[^\s#]*)?$", max_length=1024)]
SHORTEST_INTERVAL, LONGEST_INTERVAL = timedelta(seconds=1), timedelta(minutes=1)
SHORTEST_TIMEOUT, LONGEST_TIMEOUT = timedelta(milliseconds=100), timedelta(seconds=10)


def _often(interval: timedelta) -> timedelta:
    """A rarer page would leave cells of the judge's empty."""
    if not SHORTEST_INTERVAL <= interval <= LONGEST_INTERVAL:
        message = "must be at least 1s and at most 1m"
        raise ValueError(message)

    return interval


def _soon(timeout: timedelta) -> timedelta:
    if not SHORTEST_TIMEOUT <= timeout <= LONGEST_TIMEOUT:
        message = "must be at least 100ms and at most 10s"
        raise ValueError(message)

    return timeout


class PodPages(Declared):
    """Where each of a Release's own pods, candidate and stable, tells what it counts."""

    port: Annotated[int, Field(ge=1, le=65535, description="The port of the pods.")]
    path: Annotated[
        str, Field(pattern=r"^/[^\s#]*$", max_length=253, description="The path of the page on every pod.")
    ] = "/metrics"


class Scrape(Provider):
    """Pages in Prometheus' text format or in OpenMetrics, read by Tidegate. It answers all but query."""

    addresses: Annotated[
        tuple[PageAddress, ...],
        Field(max_length=16, description="The pages of a gateway, one for each of its processes."),
    ] = ()
    each_address: Annotated[
        bool,
        Field(description="True reads every address that a name stands for, such as each pod of a headless Service."),
    ] = False
    pods: Annotated[
        PodPages | None, Field(description="The pages of the Release's own pods, where no gateway counts.")
    ] = None
    interval: Annotated[
        Duration,
        AfterValidator(_often),
        Field(description="How often a page is read during a rollout; else every 15 seconds at most."),
    ] = "5s"  # type: ignore[assignment]
    timeout: Annotated[Duration, AfterValidator(_soon), Field(description="How long one page may take.")] = "5s"  # type: ignore[assignment]
    auth_secret: Annotated[
        SecretRef | None, Field(description="A Secret with token, or with username and password.")
    ] = None

    @model_validator(mode="after")
    def _targets(self) -> "Scrape":
        """A page that is read twice would count everything twice; a Secret is not for whoever makes a pod."""
        one_of(self, "addresses", "pods")
        if len(set(self.addresses)) < len(self.addresses):
            message = "addresses: must be different ones"
            raise ValueError(message)

        if self.pods and (self.each_address or self.auth_secret):
            message = "pods: goes without eachAddress and authSecret"
            raise ValueError(message)

        return self
