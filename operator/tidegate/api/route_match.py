"""Which requests a rule of the managed route is about, as in HTTPRoute of the Gateway API v1.

Nothing is filled in: what a match leaves out means what the Gateway API says that it means.
"""

from typing import Annotated

from pydantic import Field

from .enums import MatchType, PathType, RequestMethod
from .model import Declared

# Of all rules of a route together (Gateway API, HTTPRouteSpec).
MATCHES = 128


class PathMatch(Declared):
    """The path that a request must have."""

    type: Annotated[PathType | None, Field(description="How it is compared; PathPrefix where it is absent.")] = None
    value: Annotated[str | None, Field(max_length=1024, description="The path; / where it is absent.")] = None


class HeaderMatch(Declared):
    """A header that a request must have."""

    name: Annotated[str, Field(min_length=1, max_length=256, description="The header's name, in any case.")]
    value: Annotated[str, Field(min_length=1, max_length=4096, description="Its value, or a regular expression.")]
    type: Annotated[MatchType | None, Field(description="How it is compared; Exact where it is absent.")] = None


class QueryParamMatch(Declared):
    """A query parameter that a request must have."""

    name: Annotated[str, Field(min_length=1, max_length=256, description="The parameter's name.")]
    value: Annotated[str, Field(min_length=1, max_length=1024, description="Its value, or a regular expression.")]
    type: Annotated[MatchType | None, Field(description="How it is compared; Exact where it is absent.")] = None


class RouteMatch(Declared):
    """Conditions that a request must meet, all of them; a match without any is every request's."""

    path: Annotated[PathMatch | None, Field(description="The path.")] = None
    headers: Annotated[tuple[HeaderMatch, ...] | None, Field(max_length=16, description="Headers, each once.")] = None
    query_params: Annotated[
        tuple[QueryParamMatch, ...] | None, Field(max_length=16, description="Query parameters, each once.")
    ] = None
    method: Annotated[RequestMethod | None, Field(description="The method; any where it is absent.")] = None
