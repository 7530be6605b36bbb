"""What a step shows the candidate beside its weight: requests that match, copies of requests, and a cookie."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from tidegate.api.names import ANNOTATION_EXPOSED
from tidegate.api.noted import count_of

from .hashing import hashed
from .split import Found, annotation

Rule = dict[str, Any]
SPECIAL = re.compile(r"([.*+?^${}()|\[\]\\])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header that a request must have."""

    name: str
    value: str
    regular: bool = False

    def manifest(self) -> dict[str, str]:
        """As a match of an HTTPRoute has it."""
        kind = "RegularExpression" if self.regular else "Exact"
        return {"type": kind, "name": self.name, "value": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie that the candidate's answers set."""

    name: str
    value: str
    seconds: int

    def answered(self) -> dict[str, Any]:
        """The filter that sets it."""
        text = f"{self.name}={self.value}; Path=/; Max-Age={self.seconds}; HttpOnly"
        added = {"add": [{"name": "Set-Cookie", "value": text}]}
        return {"type": "ResponseHeaderModifier", "responseHeaderModifier": added}


def cookie_header(name: str, value: str) -> Header:
    """A request's Cookie header with this very cookie. Some gateways compare all of the header, some search in it."""
    return Header(name="Cookie", value=f"^(.*; ?)?{escaped(name)}={escaped(value)}(;.*)?$", regular=True)


def escaped(text: str) -> str:
    """Text that a regular expression takes for itself, in RE2 as anywhere."""
    return SPECIAL.sub(r"\\\1", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Requests that meet one of `matches`, copies of `mirror` percent, and whoever has the cookie."""

    matches: tuple[tuple[Header, ...], ...] = ()
    mirror: int = 0
    cookie: Cookie | None = None

    @property
    def conditions(self) -> list[tuple[Header, ...]]:
        """Every way to the candidate beside the weight."""
        again = [(cookie_header(self.cookie.name, self.cookie.value),)] if self.cookie else []
        return [*self.matches, *again]

    def digest(self) -> str:
        """A hash of it; empty where nothing is exposed."""
        return "" if self == NOTHING else hashed(asdict(self))

    def copies(self, weight: int) -> int:
        """How many percent of the requests are copied: none where the candidate has a share of its own."""
        return 0 if weight else self.mirror

    def before(self, declared: list[Rule], backends: Callable[[], list[Rule]]) -> list[Rule]:
        """For each declared rule one that comes before it: what the rule matches, and one of the conditions too."""
        if not self.conditions:
            return []

        return [self._lead(rule, backends()) for rule in declared]

    def _lead(self, rule: Rule, backends: list[Rule]) -> Rule:
        matches = [
            {**match, "headers": [*match.get("headers", ()), *(header.manifest() for header in condition)]}
            for match in rule.get("matches") or [{}]
            for condition in self.conditions
        ]
        # Names are unique in a route, and the declared rule has its own.
        unnamed = {name: part for name, part in rule.items() if name != "name"}
        return {**unnamed, "matches": matches, "backendRefs": backends}


NOTHING = Exposure()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenExposure:
    """What we last wrote of an exposure: how many rules come first, how much is copied; no digest: not in effect."""

    leads: int = 0
    copies: int = 0
    digest: str = ""

    def text(self) -> str:
        """As the route's annotation has it; empty where nothing of a step is on the route."""
        if self == type(self)():
            return ""

        return f"{self.leads}/{self.copies}/{self.digest}"

    @classmethod
    def of(cls, found: Found) -> Self:
        """From a route's annotation; nothing where there is none, or an edited one."""
        first, _, rest = annotation(found, ANNOTATION_EXPOSED).partition("/")
        second, _, digest = rest.partition("/")
        leads, copies = count_of(first), count_of(second)
        return cls() if leads is None or copies is None else cls(leads=leads, copies=copies, digest=digest)


def mirror_filter(candidate: str, port: int, percent: int) -> Rule:
    """The filter that sends copies to the candidate."""
    mirror = {"backendRef": {"name": candidate, "port": port}, "percent": percent}
    return {"type": "RequestMirror", "requestMirror": mirror}


def mirrors(rule: Mapping[str, Any], candidate: str) -> dict[int, int]:
    """The places of the filters in a rule that copy to the candidate, and their percent."""
    found = {}
    for index, declared in enumerate(rule.get("filters") or ()):
        mirror = declared.get("requestMirror") or {}
        if (mirror.get("backendRef") or {}).get("name") == candidate:
            found[index] = int(mirror.get("percent", 100))

    return found
