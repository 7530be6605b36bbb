"""A gateway's pages, and whom they are read for."""

from dataclasses import replace
from datetime import timedelta

from tidegate.api import DataPlane
from tidegate.metrics.answer import Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.page import Page, Sieve, read, sieve
from tidegate.metrics.raw_counts import Shape
from tidegate.metrics.samples import Side
from tidegate.metrics.sifting import Labels, Sifting, Wanted, Wish

CANDIDATE = Backend(namespace="shop", release="web", revision="bcdfghjklm", service="web-candidate", port=80)
STABLE = replace(CANDIDATE, revision="nnnnnkkkkk", service="web-stable", side=Side.STABLE)
BOTH = (CANDIDATE, STABLE)
ERRORS, SLOW = Shape(DataPlane.TRAEFIK), Shape(DataPlane.TRAEFIK, timedelta(milliseconds=300))
LATENCY = Shape(DataPlane.TRAEFIK, histogram=True)
OURS: Labels = (("instance", "10.0.0.1:9100"), ("job", "gateway"))
COUNTER, BUCKETS = ERRORS.metric, SLOW.metric
TEXT, OPENMETRICS = "text/plain; version=0.0.4", "application/openmetrics-text; version=1.0.0"


def sifting(*shapes: Shape, ours: Labels = OURS) -> Sifting:
    """For both sides of one Release."""
    return Sifting(Wanted([Wish(shape, BOTH) for shape in shapes or (ERRORS, SLOW)]), ours)


def counter(side: str, value: object, code: str = "200") -> str:
    """A line of Traefik's."""
    return f'{COUNTER}{{code="{code}",method="GET",protocol="http",service="shop-web-{side}-80@kubernetes"}} {value}\n'


def sieved(body: bytes, found: Sifting, piece: int = 2**16) -> Sieve:
    """A page that arrives in pieces."""
    taking = sieve(found)
    for start in range(0, len(body), piece):
        taking.take(body[start : start + piece])

    return taking


def page(text: str, content_type: str = TEXT, found: Sifting | None = None, *, piece: int = 2**16) -> Page | Unusable:
    """What is made of a page."""
    known = found or sifting()
    return read(sieved(text.encode(), known, piece), content_type, known)


def taken(text: str, content_type: str = TEXT, found: Sifting | None = None, *, piece: int = 2**16) -> Page:
    """A page that can be read."""
    answer = page(text, content_type, found, piece=piece)
    assert isinstance(answer, Page), answer
    return answer


def refused(text: str, content_type: str = TEXT) -> str:
    """Why a page cannot be read."""
    answer = page(text, content_type)
    assert isinstance(answer, Unusable), answer
    return answer.why
