"""A page of metrics, as a process serves it: its lines sifted while they arrive, and then read one by one."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from prometheus_client import parser as text_format
from prometheus_client.openmetrics import parser as openmetrics

from .answer import Unusable, instead, unusable
from .samples import NUMBER, instead_of_a_number
from .sifting import Head, Sifting

LONGEST_LINE = 2**16
OPENMETRICS = "application/openmetrics-text"
# A page without a type is taken as text, as Prometheus long did.
TEXT = frozenset({"text/plain", ""})
ACCEPT = f"{OPENMETRICS};version=1.0.0,text/plain;version=0.0.4;q=0.5"
END = b"# EOF"
BORN = b"process_start_time_seconds"
# Up to the value: a name, and labels whose values may hold anything in quotes. An exemplar or a time may follow.
LINE = re.compile(
    rb'([A-Za-z_:][\w:]*(?:[ \t]*\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}|(?=[ \t])))[ \t]*(\S+)',
)
SHOWN = 80


class NotMetrics(ValueError):
    """Why a page is of no use."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a process counted of what is kept; `born`: when it started, where it says so, in seconds since 1970."""

    values: dict[Head, float]
    born: float | None = None


@dataclass(slots=True)
class Sieve:
    """Keeps the lines of the wanted metrics, the first line with a value, and the last line. Raises ValueError."""

    prefixes: tuple[bytes, ...]
    first: bytes = b""
    last: bytes = b""
    _rest: bytes = b""
    lines: list[bytes] = field(default_factory=list)

    def take(self, piece: bytes) -> None:
        """The next piece of the page, however it is cut."""
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_LINE:
            message = f"a line is longer than {LONGEST_LINE} bytes"
            raise NotMetrics(message)

        for line in lines:
            if line.startswith(self.prefixes):
                self.lines.append(line)

        self._remember(lines)

    def _remember(self, lines: list[bytes]) -> None:
        if not self.first:
            self.first = next((line for line in lines if line.strip() and not line.startswith(b"#")), b"")

        self.last = next((line for line in reversed(lines) if line.strip()), self.last)

    @property
    def rest(self) -> bytes:
        """What came after the last end of a line."""
        return self._rest


def sieve(sifting: Sifting) -> Sieve:
    """For the metrics that are wanted, and for when the process started."""
    return Sieve((BORN, *(metric.encode() for metric in sifting.wanted.metrics)))


def read(found: Sieve, content_type: str, sifting: Sifting) -> Page | Unusable:
    """What is wanted of a page: all of it, or why the page is of no use."""
    try:
        kind = _kind(content_type)
        _check_ends(found, kind)
        return _page(found.lines, kind, sifting)
    except NotMetrics as error:
        return unusable(str(error))


def _kind(content_type: str) -> str:
    """Text or OpenMetrics."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind != OPENMETRICS and kind not in TEXT:
        message = f"the page is no page of metrics: its type is {kind}"
        raise NotMetrics(message)

    return kind


def _check_ends(found: Sieve, kind: str) -> None:
    """A page that was cut could hide a counter."""
    rest = found.rest.strip()
    if kind == OPENMETRICS and (rest or found.last.strip()) != END:
        message = "the page is cut off: it does not end with # EOF"
        raise NotMetrics(message)

    if kind != OPENMETRICS and rest:
        message = "the page is cut off: its last line has no end"
        raise NotMetrics(message)

    if found.first:
        _parsed(_split(found.first)[0], kind)
    elif kind != OPENMETRICS:
        message = "the page is empty"
        raise NotMetrics(message)


def _page(lines: Iterable[bytes], kind: str, sifting: Sifting) -> Page:
    values: dict[Head, float] = {}
    born: float | None = None
    for line in lines:
        # Most lines are known by all that stands before their last space.
        head, _, value = line.rpartition(b" ")
        if head not in sifting.known:
            head, value = _split(line)

        if head == BORN:
            born = _number(head, value)
            continue

        found = sifting.known.get(head)
        if found is None:
            found = sifting.learn(head, *_parsed(head, kind))

        if found:
            _put(values, found, _number(head, value))

    return Page(values, born)


def _put(values: dict[Head, float], head: Head, value: float) -> None:
    """Of two values for one series nobody could say which is meant."""
    if head in values:
        message = f"{head.owner.metric} is there twice with the same labels"
        raise NotMetrics(message)

    values[head] = value


def _split(line: bytes) -> tuple[bytes, bytes]:
    """Name and labels, and the value."""
    found = LINE.match(line)
    if found is None:
        raise NotMetrics(_no_metric(line))

    return found[1], found[2]


def _number(head: bytes, text: bytes) -> float:
    """What a counter can be: finite, and not below 0."""
    try:
        value = math.nan if b"_" in text else float(text)
    except ValueError:
        value = math.nan

    if not math.isfinite(value) or value < 0:
        message = f"{_shown(head)} is {_value(text.decode('utf-8', 'replace'))}, which no counter can be"
        raise NotMetrics(message)

    return value


def _value(text: str) -> str:
    """A number as it stands."""
    return text if NUMBER.fullmatch(text) else instead_of_a_number(text)


def _parsed(head: bytes, kind: str) -> tuple[str, dict[str, str]]:
    """Name and labels, by the format's own rules."""
    try:
        (sample,) = _samples(head.decode(), kind)
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        raise NotMetrics(_no_metric(head)) from error

    return sample


def _samples(head: str, kind: str) -> Iterator[tuple[str, dict[str, str]]]:
    """As if it stood alone on a page."""
    families = (
        openmetrics.text_string_to_metric_families(f"{head} 0\n# EOF\n")  # type: ignore[no-untyped-call]
        if kind == OPENMETRICS
        else text_format.text_string_to_metric_families(f"{head} 0\n")
    )
    for family in families:
        for sample in family.samples:
            yield sample.name, sample.labels


def _no_metric(line: bytes) -> str:
    """Without a word of the line: any page may be declared, also one that whoever declares it may not read."""
    markup = line.lstrip().startswith(b"<")
    found = instead(line) if markup else f"a line of {len(line)} characters is none of a metric"
    return f"the page is no page of metrics: {found}"


def _shown(text: bytes) -> str:
    return text[:SHOWN].decode("utf-8", "replace")
