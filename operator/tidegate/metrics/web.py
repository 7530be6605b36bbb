"""Questions to, and answers from, any address that answers with JSON."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote

from .answer import Answer, NoData, Unusable, decoded, sample
from .translator import JSON, Question, Request
from .variables import fill

PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """A template that holds the question as `$query`, and a path to the number in the answer."""

    url: str
    path: str
    method: str = "GET"
    body: str = ""
    authorization: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: ClassVar[str] = "what its url or body holds as $query"
    probe: ClassVar[str] = ""

    def check(self, words: str) -> None:
        """Any words will do."""

    def request(self, question: Question) -> Request:
        """The template, filled in: percent-encoded in the address, as JSON in the body."""
        values = {**question.values, "query": question.filled()}
        return Request(
            url=_filled(self.url, values, partial(quote, safe="")),
            method=self.method,
            body=_filled(self.body, values, _within_json).encode(),
            headers={**(JSON if self.body else {}), **self.authorization},
        )

    def parse(self, body: bytes) -> Answer:
        """The number at the path, no data where a list is too short or the value is null, or why it is of no use."""
        found: Any = decoded(body, object, whose="JSON")
        for index, name in PART.findall(self.path):
            if isinstance(found, Unusable):
                return found

            found = _inner(found, index, name, self.path)
            if isinstance(found, NoData):
                return found

        return found if isinstance(found, Unusable) else _number(found, self.path)

    def words(self, body: bytes) -> str:  # noqa: ARG002 - the shape of a translator
        """Nobody knows where such an answer says why."""
        return ""


def _filled(template: str, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    return fill(template, {name: escape(value) for name, value in values.items()})


def _within_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _inner(found: Any, index: str, name: str, path: str) -> Any:
    if index and isinstance(found, list):
        place = int(index)
        return (
            found[place] if place < len(found) else NoData(f"{path}: there is no [{place}] in a list of {len(found)}")
        )

    if name and isinstance(found, dict) and name in found:
        return found[name]

    return Unusable(f"{path}: the answer has no {name or f'[{index}]'} there")


def _number(found: Any, path: str) -> Answer:
    if isinstance(found, bool) or not isinstance(found, int | float | str | None):
        return Unusable(f"{path}: leads to no number")

    return sample(found)
