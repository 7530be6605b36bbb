"""From a declared metric source and its Secrets to a translator: one row for each kind of server."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from tidegate.api.providers import (
    CloudWatch,
    Datadog,
    Dynatrace,
    Graphite,
    InfluxDb,
    NewRelic,
    Prometheus,
    Provider,
    SecretRef,
    Web,
)
from tidegate.api.scrape import Scrape
from tidegate.metrics import variables
from tidegate.metrics.cloudwatch import CloudWatch as CloudWatchTranslator
from tidegate.metrics.datadog import Datadog as DatadogTranslator
from tidegate.metrics.dynatrace import Dynatrace as DynatraceTranslator
from tidegate.metrics.graphite import Graphite as GraphiteTranslator
from tidegate.metrics.influxdb import InfluxDb as InfluxDbTranslator
from tidegate.metrics.matchers import equal
from tidegate.metrics.new_relic import NewRelic as NewRelicTranslator
from tidegate.metrics.prometheus import Prometheus as PrometheusTranslator
from tidegate.metrics.scrape import OfPods
from tidegate.metrics.scrape import Scrape as ScrapeTranslator
from tidegate.metrics.sigv4 import Key as SigningKey
from tidegate.metrics.translator import Translator
from tidegate.metrics.web import Web as WebTranslator
from tidegate.watch import Key, Object

from .secrets import Secrets, authorization, text, texts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the Secrets of one source: those of its own namespace, or of the one that a cluster's source names."""

    secrets: Secrets
    namespace: str | None

    def read(self, reference: SecretRef, meaning: Callable[[Object], T]) -> T:
        """What a Secret says. Raises SecretUnusable."""
        return self.secrets.read(Key(self.namespace or reference.namespace or "", reference.name), meaning)

    def authorization(self, reference: SecretRef | None) -> dict[str, str]:
        """The header that lets us in, where a Secret is named. Raises SecretUnusable."""
        return self.read(reference, authorization) if reference else {}

    def texts(self, reference: SecretRef, *names: str) -> tuple[str, ...]:
        """What these keys of a Secret hold. Raises SecretUnusable."""
        return self.read(reference, partial(_texts, names=names))


def translator_of(provider: Provider, reader: Reader) -> Translator:
    """The translator of a declared source. Raises SecretUnusable, and InvalidSpec for a template that is wrong."""
    return TRANSLATORS[type(provider)](provider, reader)


def _texts(secret: Object, names: tuple[str, ...]) -> tuple[str, ...]:
    return texts(secret, *names)


def _prometheus(declared: Prometheus, reader: Reader) -> Translator:
    return PrometheusTranslator(
        address=declared.address,
        timeout=declared.timeout,
        labels=tuple(equal(label.name, label.value) for label in declared.labels),
        authorization=reader.authorization(declared.auth_secret),
    )


def _datadog(declared: Datadog, reader: Reader) -> Translator:
    api_key, app_key = reader.texts(declared.auth_secret, "api-key", "app-key")
    return DatadogTranslator(address=declared.address, api_key=api_key, app_key=app_key)


def _cloud_watch(declared: CloudWatch, reader: Reader) -> Translator:
    address = declared.address or f"https://monitoring.{declared.region}.{domain(declared.region)}"
    return CloudWatchTranslator(
        address=address,
        region=declared.region,
        key=reader.read(declared.auth_secret, _key),
        period=declared.period,
    )


def domain(region: str) -> str:
    """China's regions are an AWS of their own."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _key(secret: Object) -> SigningKey:
    identity, proof = texts(secret, "access-key-id", "secret-access-key")
    return SigningKey(id=identity, secret=proof, session=text(secret, "session-token"))


def _new_relic(declared: NewRelic, reader: Reader) -> Translator:
    (api_key,) = reader.texts(declared.auth_secret, "api-key")
    return NewRelicTranslator(address=declared.address, account=declared.account_id, api_key=api_key)


def _dynatrace(declared: Dynatrace, reader: Reader) -> Translator:
    (token,) = reader.texts(declared.auth_secret, "token")
    return DynatraceTranslator(address=declared.address, token=token)


def _influxdb(declared: InfluxDb, reader: Reader) -> Translator:
    (token,) = reader.texts(declared.auth_secret, "token")
    return InfluxDbTranslator(address=declared.address, organization=declared.organization, token=token)


def _graphite(declared: Graphite, reader: Reader) -> Translator:
    return GraphiteTranslator(address=declared.address, authorization=reader.authorization(declared.auth_secret))


def _web(declared: Web, reader: Reader) -> Translator:
    for field, template in (("url", declared.url), ("body", declared.body or "")):
        variables.check(f"spec.web.{field}", template, also=frozenset({"query"}))

    return WebTranslator(
        url=declared.url,
        path=declared.json_path,
        method=declared.method.value,
        body=declared.body or "",
        authorization=_by_header(declared, reader),
    )


def _by_header(declared: Web, reader: Reader) -> dict[str, str]:
    """The header that lets us in; one of the source's own has the token alone."""
    if declared.auth_header is None or declared.auth_secret is None:
        return reader.authorization(declared.auth_secret)

    (token,) = reader.texts(declared.auth_secret, "token")
    return {declared.auth_header: token}


def _scrape(declared: Scrape, reader: Reader) -> Translator:
    pods = declared.pods
    return ScrapeTranslator(
        interval=declared.interval,
        addresses=declared.addresses,
        each_address=declared.each_address,
        pods=OfPods(port=pods.port, path=pods.path) if pods else None,
        authorization=reader.authorization(declared.auth_secret),
    )


TRANSLATORS: dict[type[Provider], Callable[[Any, Reader], Translator]] = {
    Prometheus: _prometheus,
    Datadog: _datadog,
    CloudWatch: _cloud_watch,
    NewRelic: _new_relic,
    Dynatrace: _dynatrace,
    InfluxDb: _influxdb,
    Graphite: _graphite,
    Web: _web,
    Scrape: _scrape,
}
