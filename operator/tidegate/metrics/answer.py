"""What comes back from a metric source: one number, nothing, or no answer. Never anything else, and never a crash."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TypeVar

import msgspec

from tidegate.sentences import shortened

from .samples import number

ANSWER_LENGTH = 256
# Of a time in seconds since 1970: what is later is none.
LATEST = 2**33
# As a number of JSON's, which knows none of these.
NO_NUMBER = re.compile(rb"[\[:,]\s*[-+]?(nan|inf(inity)?)\s*[\]},]", re.IGNORECASE)
# As much of a long answer as a hint is worth.
LOOKED_THROUGH = 2**16
ELSEWHERE = "the source sends us elsewhere, and nobody is followed there: mend its address"
WHY = {
    301: ELSEWHERE,
    302: ELSEWHERE,
    303: ELSEWHERE,
    307: ELSEWHERE,
    308: ELSEWHERE,
    401: "the source does not let us in: look at its Secret",
    403: "the source does not allow it: look at what its Secret may do",
    404: "there is nothing at its address",
    429: "the source is asked too often: allow more there, or raise interval",
    503: "the source is not available: look at it, or at its proxy",
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sample:
    """One number back; `until`: the end of the time that it is of, in seconds since 1970, where the source tells it."""

    value: float
    until: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NoData:
    """The source answered, and has nothing: never zero, never a pass, never a breach."""

    why: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """The source did not answer the question: it is down, or the query is wrong."""

    why: str

    def of(self, source: str) -> str:
        """What the source did instead, as a sentence about it."""
        return f"{source} has no usable answer: {self.why}"


@dataclass(frozen=True, slots=True)
class NotWhole(Unusable):
    """A part of the answer: less at once may be answered."""


@dataclass(frozen=True, slots=True)
class TooMuch(NotWhole):
    """It is larger than it may be: of a shorter time it is smaller."""


@dataclass(frozen=True, slots=True)
class Ambiguous(NotWhole):
    """Whose a part of it is, nobody can say: what is asked for the others alone may be plain."""


@dataclass(frozen=True, slots=True)
class Silent(Unusable):
    """Nothing came back: no connection, or no answer in time."""

    def of(self, source: str) -> str:
        """That there was no answer."""
        return f"{source} does not answer: {self.why}"


@dataclass(frozen=True, slots=True)
class Refused(Unusable):
    """An answer with the status of an error."""

    def of(self, source: str) -> str:
        """The status, and what it means."""
        return f"{source} answers with {self.why}"


@dataclass(frozen=True, slots=True)
class NotAsked(Unusable):
    """There is no question to send: the sentence names what must be mended."""

    def of(self, source: str) -> str:  # noqa: ARG002 - it is not about the source
        """The sentence alone."""
        return self.why


Answer = Sample | NoData | Unusable


def decoded(body: bytes, kind: type[T], *, whose: str) -> T | Unusable:
    """The JSON of an answer as a value, or why it is none: HTML, cut off, of another shape, or nested without end."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return unusable(f"the answer is not {whose}: {instead(body) or error}")


def instead(body: bytes) -> str:
    """What an answer plainly is, which is not what was asked for; empty where that is not plain."""
    if not body.strip():
        return "it is empty"

    if body.lstrip().startswith(b"<"):
        return "it is a page, HTML or XML: a proxy or a sign-in may have answered"

    if found := NO_NUMBER.search(body, 0, LOOKED_THROUGH):
        return f"{found[1].decode()} stands in it as a number: a division by zero in the query"

    return ""


def unusable(words: str) -> Unusable:
    """No answer, in the words of another: one short line."""
    return Unusable(shortened(plain(words), ANSWER_LENGTH))


def not_whole(words: str) -> NotWhole:
    """A part of an answer, in what its source says of that."""
    return NotWhole(shortened(plain(f"the answer is not whole: {words or 'it says so itself'}"), ANSWER_LENGTH))


def refused(status: int, words: str) -> Refused:
    """An answer that is none: its status, what that means, and the source's own words."""
    known = {found.value for found in HTTPStatus}
    why = WHY.get(status) or (HTTPStatus(status).phrase.lower() if status in known else "")
    return Refused(shortened(plain(": ".join(filter(None, (f"HTTP {status}", why, words)))), ANSWER_LENGTH))


def plain(words: str) -> str:
    """Words of another's on one line, without what a terminal would obey."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def sample(found: float | str | None) -> Answer:
    """A number, however it is written. Absent and not a number are no data; infinite is of no use."""
    try:
        value = math.nan if found is None else number(found) if isinstance(found, str) else float(found)
    except OverflowError:
        return Unusable("not a number: one that is too large")
    except ValueError as error:
        return Unusable(f"not a number: {error}")

    if found is None:
        return NoData("no value")

    if math.isnan(value):
        return NoData("not a number: nothing is divided by nothing in the query")

    if math.isinf(value):
        return Unusable("infinite: a division by zero in the query")

    return Sample(value)


def newest(points: Iterable[tuple[float | None, float | None]]) -> Answer:
    """The last point of a series that has a value, each with the end of its time where that is told."""
    present = [(value, until) for value, until in points if value is not None]
    if not present:
        return NoData("no points with a value")

    value, until = present[-1]
    found = sample(value)
    told = until is not None and 0 < until < LATEST
    return replace(found, until=until) if isinstance(found, Sample) and told else found


def single(series: Sequence[T]) -> T | NoData | Unusable:
    """The only series of an answer: of several nobody could say which is meant."""
    if len(series) > 1:
        return Unusable(f"the query returns {len(series)} series; aggregate them to one")

    return series[0] if series else NoData("no series")
