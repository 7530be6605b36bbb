"""From a reference to a metric source to all that a question needs, or to what is missing."""

import ssl
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import urlsplit

from tidegate.api import InvalidSpec, SourceKind, parse_source
from tidegate.api.objectives import MetricSourceRef
from tidegate.api.providers import Provider, Windowed
from tidegate.clients import Ask, Reply
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import CREATE_IT, Blocked
from tidegate.metrics.answer import Answer, Unusable, refused
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.raw_counts import RawSeries
from tidegate.metrics.scrape import Scrape, Target
from tidegate.metrics.translator import Question, Request, Translator
from tidegate.metrics.usage import LabelledValue
from tidegate.watch import Key, Object, Store

from .secrets import Secrets, SecretUnusable, authority
from .translators import Reader, translator_of

MINUTE = timedelta(minutes=1)
# The samples of many Releases at once.
LARGEST_RAW = 2**24


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A metric source that can be asked. `window`: how far back it looks at most.

    `where` names it in sentences; `identity` is its own among all sources of the cluster.
    """

    where: str
    identity: str = ""
    translator: Translator
    seconds: float
    window: timedelta = MINUTE
    headers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    link_local: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """Matchers of what is counted at all, where a store holds more than this cluster's series."""
        return self.translator.labels if isinstance(self.translator, Prometheus) else ()

    def ask(self, question: Question) -> Ask:
        """All that is needed to put a question. Raises InvalidSpec where it cannot be asked."""
        return self._sent(self.translator.request(question))

    def ask_raw(self, selector: str, at: int) -> Ask:
        """The question for the raw samples of counters. Raises InvalidSpec where the source is no Prometheus."""
        if isinstance(self.translator, Scrape):
            raise InvalidSpec("spec.metricSource", "is read by the operator, in whose memory the counts are")

        if not isinstance(self.translator, Prometheus):
            raise InvalidSpec("spec.metricSource", f"speaks {self.translator.language}, and only a Prometheus counts")

        return replace(self._sent(self.translator.raw_request(selector, at=at)), largest=LARGEST_RAW)

    def ask_past(self, question: Question, *, since: datetime, every: timedelta) -> Ask:
        """A user's own question for many times. Raises InvalidSpec where the source is no Prometheus."""
        if not isinstance(self.translator, Prometheus):
            raise InvalidSpec(
                "spec.metricSource", f"speaks {self.translator.language}, and only a Prometheus tells a past"
            )

        request = self.translator.past_request(question, since=since, every=every)
        return replace(self._sent(request), largest=LARGEST_RAW)

    def raw(self, reply: Reply) -> tuple[RawSeries, ...] | Unusable:
        """The series of an answer to `ask_raw` or `ask_past`: all of them, or none."""
        if reply.status != HTTPStatus.OK or not isinstance(self.translator, Prometheus):
            return refused(reply.status, self.translator.words(reply.body))

        return self.translator.raw(reply.body)

    def vector(self, reply: Reply) -> tuple[LabelledValue, ...] | Unusable:
        """The values of an answer to `ask_raw` that is an instant vector: all of them, or none."""
        if reply.status != HTTPStatus.OK or not isinstance(self.translator, Prometheus):
            return refused(reply.status, self.translator.words(reply.body))

        return self.translator.vector(reply.body)

    def page(self, target: Target) -> Ask:
        """The request for a page. Only of a source whose pages are read."""
        assert isinstance(self.translator, Scrape)
        ask = replace(self._sent(self.translator.page(target)), largest=LARGEST_RAW)
        return replace(ask, name=urlsplit(f"//{target.host}").hostname or "") if target.host else ask

    def _sent(self, request: Request) -> Ask:
        ours = {name.lower() for name in request.headers}
        users = {name: value for name, value in self.headers.items() if name.lower() not in ours}
        return Ask(
            url=request.url,
            method=request.method,
            body=request.body,
            headers={**users, **request.headers},
            seconds=self.seconds,
            tls=self.tls,
            link_local=self.link_local,
            source=self.identity,
        )

    def meaning(self, reply: Reply) -> Answer:
        """What an answer says. A status that is no 200 is no answer, whatever its body looks like."""
        if reply.status != HTTPStatus.OK:
            return refused(reply.status, self.translator.words(reply.body))

        return self.translator.parse(reply.body)


# A source, and the namespace where it is one's own.
Place = tuple[MetricSourceRef, str]


def place_of(reference: MetricSourceRef, namespace: str) -> Place:
    """The same for all Releases that ask the same source."""
    return reference, namespace if reference.kind is SourceKind.METRIC_SOURCE else ""


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
            return Blocked(reason=Reason.METRIC_SOURCE_MISSING, sentence=f"{where} is missing: {CREATE_IT}")

        return self.of(found, where)

    def of(self, found: Object, where: str) -> Source | Blocked:
        """What a source says of itself, with its Secrets; `where` names it in a sentence."""
        try:
            namespace, name = found["metadata"].get("namespace"), found["metadata"]["name"]
            provider = parse_source(found["spec"], of_a_namespace=bool(namespace)).provider
            source = self._let_in(provider, Reader(self.secrets, namespace), where)
            return replace(source, identity=f"{namespace or ''}/{name}")
        except InvalidSpec as error:
            return Blocked(reason=Reason.METRIC_SOURCE_MISSING, sentence=f"{where} is invalid: {error}")
        except SecretUnusable as error:
            return Blocked(reason=error.reason, sentence=f"{where}: {error}")

    def _find(self, reference: MetricSourceRef, namespace: str) -> Object | None:
        if reference.kind is SourceKind.METRIC_SOURCE:
            return self.namespaced.get(Key(namespace, reference.name))

        return self.cluster.get(Key("", reference.name))

    def _let_in(self, provider: Provider, reader: Reader, where: str) -> Source:
        tls = provider.tls
        trusted = reader.read(tls.ca_secret, authority) if tls.ca_secret else None
        return Source(
            where=where,
            translator=translator_of(provider, reader),
            seconds=provider.timeout.total_seconds(),
            window=provider.window if isinstance(provider, Windowed) else MINUTE,
            headers={header.name: header.value for header in provider.headers},
            tls=_tls(trusted, skip=tls.insecure_skip_verify),
            link_local=provider.allow_link_local,
        )


@lru_cache(maxsize=64)
def _tls(trusted: str | None, *, skip: bool) -> ssl.SSLContext | None:
    """None: the machine's own authorities."""
    if not (trusted or skip):
        return None

    context = ssl.create_default_context(cadata=trusted)
    if skip:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE

    return context
