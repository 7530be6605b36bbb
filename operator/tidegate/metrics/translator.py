"""What every kind of metric source is to us: a question becomes a request, and a body becomes an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from .answer import Answer
from .variables import fill

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent: `headers` may hold credentials, `url` and `body` never do."""

    url: str
    method: str = "POST"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: words with variables, what these stand for, and the time that the answer is about."""

    words: str
    end: datetime
    window: timedelta
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        """Since when."""
        return self.end - self.window

    @property
    def seconds(self) -> tuple[int, int]:
        """Start and end as whole seconds since 1970."""
        return int(self.start.timestamp()), int(self.end.timestamp())

    @property
    def milliseconds(self) -> tuple[int, int]:
        """Start and end as whole milliseconds since 1970."""
        return self.seconds[0] * 1000, self.seconds[1] * 1000

    def filled(self, escape: Callable[[str], str] = str) -> str:
        """The words with every variable filled in, escaped so that a value is never more than a value."""
        return fill(self.words, {name: escape(value) for name, value in self.values.items()})


class Translator(Protocol):
    """One kind of metric source, with its address and its credentials. Pure: sockets and clocks are elsewhere."""

    @property
    def language(self) -> str:
        """What its questions are written in, for people."""

    @property
    def probe(self) -> str:
        """A question that shows whether it answers at all; empty where nobody knows a harmless one."""

    def check(self, words: str) -> None:
        """Raise InvalidSpec for words that could never be asked, before a rollout needs their answer."""

    def request(self, question: Question) -> Request:
        """What to send. Raises InvalidSpec where the question cannot be asked."""

    def parse(self, body: bytes) -> Answer:
        """What the body of a 200 means."""

    def words(self, body: bytes) -> str:
        """What the source itself says in the body of any other status; empty where it says nothing readable."""
