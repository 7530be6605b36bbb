"""How the candidate is shown beside its weight: to requests that match, by copies, and again to those who saw it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import Field, model_validator

from .enums import MatchType
from .model import Declared, Duration

HeaderName = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]
CookieName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
CookieValue = Annotated[
    str, Field(min_length=1, max_length=256, pattern=r"^[!#$%&'()*+./0-9:<=>?@A-Z\[\]^_`a-z{|}~-]+$")
]

# Gateways use RE2 or the like: what looks around itself is valid in Python and in none of them.
LOOKAROUND = re.compile(r"\(\?[=!<]")


class HeaderCondition(Declared):
    """A header that a request must have."""

    name: Annotated[HeaderName, Field(description="The header's name, in any case.")]
    value: Annotated[str, Field(min_length=1, max_length=1024, description="Its value, or a regular expression.")]
    type: Annotated[
        MatchType, Field(description="Exact, or RegularExpression in the dialect of the gateway, RE2 with most.")
    ] = MatchType.EXACT

    @model_validator(mode="after")
    def _compiles(self) -> "HeaderCondition":
        if self.type is not MatchType.REGULAR_EXPRESSION:
            return self

        try:
            re.compile(self.value)
        except re.error as error:
            message = f"value: is no regular expression: {error}"
            raise ValueError(message) from error

        if LOOKAROUND.search(self.value):
            message = "value: looks around itself, which no gateway's regular expressions can"
            raise ValueError(message)

        return self


class CookieCondition(Declared):
    """A cookie that a request must have."""

    name: Annotated[CookieName, Field(description="The cookie's name.")]
    value: Annotated[CookieValue, Field(description="Its whole value.")]


class Match(Declared):
    """Conditions that a request must meet, all of them."""

    headers: Annotated[tuple[HeaderCondition, ...], Field(max_length=8, description="Headers, each once.")] = ()
    cookies: Annotated[
        tuple[CookieCondition, ...],
        Field(max_length=1, description="At most one: a route holds one condition for each header, also for Cookie."),
    ] = ()

    def header_names(self) -> Iterator[str]:
        """The headers that it looks at, in lower case."""
        yield from (header.name.lower() for header in self.headers)
        yield from ("cookie" for _ in self.cookies)

    @model_validator(mode="after")
    def _each_header_once(self) -> "Match":
        names = list(self.header_names())
        if not names:
            message = "match: must have headers, cookies, or both"
            raise ValueError(message)

        if len(set(names)) < len(names):
            message = "match: each header may be named once; a cookie is the header Cookie"
            raise ValueError(message)

        return self


class Mirror(Declared):
    """Copies of requests for the candidate; what it answers to them is thrown away."""

    percent: Annotated[int, Field(ge=1, le=100, description="How many of the requests are copied, in percent.")]


class AffinityCookie(Declared):
    """The cookie that says which candidate a user saw."""

    name: Annotated[CookieName | None, Field(description="Its name; tidegate-<release> where it is absent.")] = None
    max_age: Annotated[Duration, Field(description="How long a browser keeps it, in whole seconds.")]

    @model_validator(mode="after")
    def _lasts(self) -> "AffinityCookie":
        if self.max_age < timedelta(seconds=1):
            message = "maxAge: must be at least 1s"
            raise ValueError(message)

        return self


class Affinity(Declared):
    """Who saw the candidate stays with it while its rollout runs."""

    cookie: Annotated[AffinityCookie, Field(description="By a cookie that the candidate's answers set.")]
