"""What every router can do: read its split, and write another one. One contract suite holds them all.

Shares of pods and of nodes are no routers: sizes make them, and no object holds their weight. They are read as a
`Route` like all others, and a second suite holds all of them to what that says.
"""

from dataclasses import dataclass
from typing import Protocol

from tidegate.api.noted import Written

from .split import Backends, Found, Patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What a router's object says. `weight` is the candidate's share, None where the backends are not there.

    Beside it: requests that match are sent to the candidate (`matched`), or copies (`mirrored`), as the recorded step
    wants it (`planned`), by rules or filters of a step (`extended`); a hand took some of it away (`hidden`) or added
    to it (`shown`). `note` is what we wrote of that last, and `ending` of the rollout that our last weight ended. Of a
    route that we write whole `drift` is the first other field that someone changed, and then `form` tells what it is
    now from what it is at another time.
    """

    weight: int | None
    written: Written | None
    ending: str = ""
    least: int | None = None
    current: bool = True
    sentence: str = ""
    attached: bool = False
    touched: bool = False
    by_git: bool = False
    note: str = ""
    matched: bool = False
    mirrored: bool = False
    planned: bool = True
    extended: bool = False
    hidden: bool = False
    shown: bool = False
    drift: str = ""
    form: str = ""


class Router(Protocol):
    """One object of a cluster that holds two weights."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def backends(self) -> Backends: ...

    def absent(self) -> Split | None:
        """What it means that the object is not there; None where it is to be written."""

    def split(self, found: Found) -> Split: ...

    def weight_patch(
        self, found: Found, *, weight: int, revision: str, raising: bool, keep: bool = False, ending: str = ""
    ) -> Patch: ...
