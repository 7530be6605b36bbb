"""From a reference to a metric source to all that a question needs, or to what is missing."""

import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from tidegate.api import InvalidSpec, MetricSourceSpec, SourceKind, parse_source
from tidegate.api.metric_source import SecretRef
from tidegate.api.objectives import MetricSourceRef
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.watch import Key, Object, Store

from .scope import Scope

T = TypeVar("T")


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
    scope: Scope

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
                headers |= self._secret(prometheus.auth_secret, namespace, _authorization)

            authority = self._secret(tls.ca_secret, namespace, _authority) if tls.ca_secret else None
        except _Unusable as error:
            return Blocked(error.reason, f"{where}: {error}")

        return Source(
            address=prometheus.address,
            seconds=prometheus.timeout.total_seconds(),
            headers=headers,
            tls=_tls(prometheus.address, authority, skip=tls.insecure_skip_verify),
        )

    def _secret(self, reference: SecretRef, namespace: str | None, read: Callable[[Object], T]) -> T:
        """What a Secret says. Raises _Unusable where it is missing, or says it in a way that nobody can use."""
        key = _secret_key(reference, namespace)
        secret, place = self.secrets.get(key), "/".join(key)
        if secret is None and not self.scope.holds(key[0]):
            sentence = f"Secret {place} is in a namespace that this operator does not watch"
            raise _Unusable(Reason.SECRET_MISSING, sentence)

        if secret is None:
            sentence = f"Secret {place} is missing, or lacks the label tidegate.dev/metric-source"
            raise _Unusable(Reason.SECRET_MISSING, sentence)

        try:
            return read(secret)
        except ValueError as error:
            raise _Unusable(Reason.SECRET_INVALID, f"Secret {place}: {error}") from error


class _Unusable(Exception):
    """A Secret that cannot be used: the reason, in words for the status."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def _secret_key(reference: SecretRef, namespace: str | None) -> Key:
    return namespace or reference.namespace or "", reference.name


def _authorization(secret: Object) -> dict[str, str]:
    """A bearer token, or a name and a password. Raises ValueError where there is neither."""
    if token := _decoded(secret, "token"):
        if not (text := token.decode("ascii", "replace").strip()).isprintable() or "\ufffd" in text:
            message = "key token holds characters that no token has"
            raise ValueError(message)

        return {"Authorization": f"Bearer {text}"}

    name, password = _decoded(secret, "username"), _decoded(secret, "password")
    if name is None or password is None:
        message = "has neither the key token nor the keys username and password"
        raise ValueError(message)

    return {"Authorization": "Basic " + base64.b64encode(name + b":" + password).decode()}


def _authority(secret: Object) -> str:
    """The certificates of `ca.crt`, checked. Raises ValueError where there are none."""
    text = (_decoded(secret, "ca.crt") or b"").decode("ascii", "replace")
    try:
        ssl.create_default_context(cadata=text or "-")
    except (ssl.SSLError, ValueError) as error:
        message = f"key ca.crt holds no certificate in PEM: {error}"
        raise ValueError(message) from error

    return text


def _decoded(secret: Object, name: str) -> bytes | None:
    text = (secret.get("data") or {}).get(name)
    return base64.b64decode(text) if text else None


@lru_cache(maxsize=64)
def _tls(address: str, authority: str | None, *, skip: bool) -> ssl.SSLContext | None:
    if not address.startswith("https") or not (authority or skip):
        return None

    context = ssl.create_default_context(cadata=authority)
    if skip:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE

    return context
