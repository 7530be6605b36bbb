"""From a reference to a metric source to all that a question needs, or to what is missing."""

import ssl
from dataclasses import dataclass, field
from functools import lru_cache

from tidegate.api import InvalidSpec, MetricSourceSpec, SourceKind, parse_source
from tidegate.api.metric_source import SecretRef
from tidegate.api.objectives import MetricSourceRef
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.watch import Key, Object, Store

from .secrets import Secrets, SecretUnusable, authority, authorization


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A Prometheus that can be asked."""

    address: str
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """The stores that sources come from."""

    namespaced: Store
    cluster: Store
    secrets: Secrets

    def resolve(self, reference: MetricSourceRef, namespace: str) -> Source | Blocked:
        """The source, or what someone must mend."""
        found = self._find(reference, namespace)
        where = f"spec.metricSource: {reference.kind.value} {reference.name}"
        if found is None:
            return Blocked(Reason.METRIC_SOURCE_MISSING, f"{where} is missing")

        return self.of(found, where)

    def of(self, found: Object, where: str) -> Source | Blocked:
        """What a source says of itself, with its Secrets; `where` names it in a sentence."""
        try:
            spec = parse_source(found["spec"])
        except InvalidSpec as error:
            return Blocked(Reason.METRIC_SOURCE_MISSING, f"{where} is invalid: {error}")

        return self._let_in(spec, found["metadata"].get("namespace"), where)

    def _find(self, reference: MetricSourceRef, namespace: str) -> Object | None:
        if reference.kind is SourceKind.METRIC_SOURCE:
            return self.namespaced.get((namespace, reference.name))

        return self.cluster.get(("", reference.name))

    def _let_in(self, spec: MetricSourceSpec, namespace: str | None, where: str) -> Source | Blocked:
        prometheus, tls = spec.prometheus, spec.prometheus.tls
        headers = {header.name: header.value for header in prometheus.headers}
        try:
            if prometheus.auth_secret:
                headers |= self.secrets.read(_secret_key(prometheus.auth_secret, namespace), authorization)

            trusted = self.secrets.read(_secret_key(tls.ca_secret, namespace), authority) if tls.ca_secret else None
        except SecretUnusable as error:
            return Blocked(error.reason, f"{where}: {error}")

        return Source(
            address=prometheus.address,
            seconds=prometheus.timeout.total_seconds(),
            headers=headers,
            tls=_tls(prometheus.address, trusted, skip=tls.insecure_skip_verify),
        )


def _secret_key(reference: SecretRef, namespace: str | None) -> Key:
    return namespace or reference.namespace or "", reference.name


@lru_cache(maxsize=64)
def _tls(address: str, trusted: str | None, *, skip: bool) -> ssl.SSLContext | None:
    if not address.startswith("https") or not (trusted or skip):
        return None

    context = ssl.create_default_context(cadata=trusted)
    if skip:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE

    return context
