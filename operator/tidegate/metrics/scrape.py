"""Pages that Tidegate reads itself: which ones, and that they answer no question in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from tidegate.api import InvalidSpec

from .answer import Answer, unusable
from .page import ACCEPT
from .sifting import Labels
from .translator import Question, Request

ANSWERS = "a page answers what is counted, and no query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A page, and the labels that it gives to whatever is read on it. `host`: what the process is called, if not so."""

    url: str
    ours: Labels
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPods:
    """Where every pod has its page."""

    port: int
    path: str

    def target(self, namespace: str, pod: str, address: str) -> Target:
        """The page of one pod."""
        host = f"[{address}]" if ":" in address else address
        place = f"{host}:{self.port}"
        return Target(
            url=f"http://{place}{self.path}",
            ours=(("instance", place), ("job", "pods"), ("namespace", namespace), ("pod", pod)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrape:
    """Pages at addresses, or of a Release's own pods."""

    interval: timedelta
    addresses: tuple[str, ...] = ()
    each_address: bool = False
    pods: OfPods | None = None
    authorization: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: ClassVar[str] = "no language of queries"
    probe: ClassVar[str] = ""

    def check(self, words: str) -> None:  # noqa: ARG002 - whatever the words are
        """Raise InvalidSpec: a page is no server that answers."""
        raise InvalidSpec("query", ANSWERS)

    def request(self, question: Question) -> Request:  # noqa: ARG002 - whatever is asked
        """Raise InvalidSpec: there is nobody who could be asked."""
        raise InvalidSpec("query", ANSWERS)

    def page(self, target: Target) -> Request:
        """The request for one page."""
        host = {"Host": target.host} if target.host else {}
        return Request(
            url=target.url,
            method="GET",
            headers={"Accept": ACCEPT, "Accept-Encoding": "identity", **host, **self.authorization},
        )

    def parse(self, body: bytes) -> Answer:  # noqa: ARG002 - whatever it holds
        """A page is no number."""
        return unusable(ANSWERS)

    def words(self, body: bytes) -> str:  # noqa: ARG002 - whatever it holds
        """A page that is refused is not read."""
        return ""


def at(url: str) -> Target:
    """The page at an address as it was declared."""
    return Target(url=url, ours=_ours(urlsplit(url).netloc + urlsplit(url).path))


def at_each(url: str, addresses: tuple[str, ...]) -> tuple[Target, ...]:
    """The page of each process that a name stands for: it is spoken to by the name, at its own address."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    places = [f"[{found}]{port}" if ":" in found else f"{found}{port}" for found in addresses]
    return tuple(
        Target(url=parts._replace(netloc=place).geturl(), host=parts.netloc, ours=_ours(place + parts.path))
        for place in places
    )


def _ours(place: str) -> Labels:
    return ("instance", place), ("job", "gateway")
