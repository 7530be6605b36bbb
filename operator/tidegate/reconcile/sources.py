"""From a reference to a metric source to all that a question needs, or to what is missing."""

import base64
import ssl
from dataclasses import dataclass, field

from tidegate.api import InvalidSpec, MetricSourceSpec, SourceKind, parse_source
from tidegate.api.metric_source import SecretRef
from tidegate.api.release import MetricSourceRef
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.watch import Key, Object, Store


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
    secrets: Store

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
        prometheus = spec.prometheus
        headers = {header.name: header.value for header in prometheus.headers}
        if prometheus.auth_secret:
            secret = self.secrets.get(_secret_key(prometheus.auth_secret, namespace))
            if secret is None:
                return _secret_missing(where, prometheus.auth_secret, namespace)
            headers |= _authorization(secret)

        authority: bytes | None = None
        if prometheus.tls.ca_secret:
            secret = self.secrets.get(_secret_key(prometheus.tls.ca_secret, namespace))
            if secret is None:
                return _secret_missing(where, prometheus.tls.ca_secret, namespace)
            authority = _decoded(secret, "ca.crt")

        return Source(
            address=prometheus.address,
            seconds=prometheus.timeout.total_seconds(),
            headers=headers,
            tls=_tls(prometheus.address, authority, skip=prometheus.tls.insecure_skip_verify),
        )


def _secret_key(reference: SecretRef, namespace: str | None) -> Key:
    return namespace or reference.namespace or "", reference.name


def _secret_missing(where: str, reference: SecretRef, namespace: str | None) -> Blocked:
    place = "/".join(_secret_key(reference, namespace))
    sentence = f"{where}: Secret {place} is missing, or lacks the label tidegate.dev/metric-source"
    return Blocked(Reason.SECRET_MISSING, sentence)


def _authorization(secret: Object) -> dict[str, str]:
    if token := _decoded(secret, "token"):
        return {"Authorization": f"Bearer {token.decode().strip()}"}

    pair = (_decoded(secret, "username") or b"") + b":" + (_decoded(secret, "password") or b"")
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}


def _decoded(secret: Object, name: str) -> bytes | None:
    text = (secret.get("data") or {}).get(name)
    return base64.b64decode(text) if text else None


def _tls(address: str, authority: bytes | None, *, skip: bool) -> ssl.SSLContext | None:
    if not address.startswith("https") or not (authority or skip):
        return None

    context = ssl.create_default_context(cadata=authority.decode() if authority else None)
    if skip:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE

    return context
